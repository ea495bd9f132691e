# graphlib: dependency order for a build, parallel batches, cycles, and the same by hand for comparison.
from collections import deque
from graphlib import CycleError, TopologicalSorter

DEPENDENCIES = {
    "app": {"lib", "ui"},
    "ui": {"lib", "icons"},
    "lib": {"core"},
    "tests": {"app", "fixtures"},
    "docs": set(),
}
order = list(TopologicalSorter(DEPENDENCIES).static_order())
print(sorted(order))
print(all(order.index(needed) < order.index(task) for task, deps in DEPENDENCIES.items() for needed in deps))

sorter, batch_number = TopologicalSorter(DEPENDENCIES), 0
sorter.prepare()
while sorter.is_active():
    batch = sorted(sorter.get_ready())
    batch_number += 1
    print(f"batch {batch_number}: {', '.join(batch)}")
    sorter.done(*batch)

try:
    TopologicalSorter({"a": ["b"], "b": ["c"], "c": ["a"], "d": []}).prepare()
except CycleError as exc:
    print(exc.args[0], "of", len(set(exc.args[1])), exc.args[1][0] == exc.args[1][-1], isinstance(exc, ValueError))


def kahn(dependencies):
    nodes = set(dependencies) | {needed for needs in dependencies.values() for needed in needs}
    waiting = {node: len(dependencies.get(node, ())) for node in nodes}
    ready, done = deque(sorted(node for node, count in waiting.items() if not count)), []
    while ready:
        done.append(current := ready.popleft())
        for node in sorted(nodes):
            if current in dependencies.get(node, ()):
                waiting[node] -= 1
                if not waiting[node]:
                    ready.append(node)
    return done if len(done) == len(nodes) else None


print(kahn(DEPENDENCIES), kahn({"a": {"b"}, "b": {"a"}}))
depth = {}
for node in order:
    depth[node] = 1 + max((depth[needed] for needed in DEPENDENCIES.get(node, ())), default=0)
print(sorted(depth.items(), key=lambda item: (item[1], item[0])))
sorter = TopologicalSorter()
sorter.add("late", "early", "earlier")
sorter.add("early", "earlier")
print(list(sorter.static_order()))
try:
    sorter.add("more")
    sorter.done("late")
except ValueError as exc:
    print("ValueError:", exc)

#=> ['app', 'core', 'docs', 'fixtures', 'icons', 'lib', 'tests', 'ui']
#=> True
#=> batch 1: core, docs, fixtures, icons
#=> batch 2: lib
#=> batch 3: ui
#=> batch 4: app
#=> batch 5: tests
#=> nodes are in a cycle of 3 True True
#=> ['core', 'docs', 'fixtures', 'icons', 'lib', 'ui', 'app', 'tests'] None
#=> [('core', 1), ('docs', 1), ('fixtures', 1), ('icons', 1), ('lib', 2), ('ui', 3), ('app', 4), ('tests', 5)]
#=> ['earlier', 'early', 'late']
#=> ValueError: Nodes cannot be added after a call to prepare()
