# Dataclasses with ordering, default factories, post-init computation and frozen replacement.
from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace


@dataclass(order=True)
class Task:
    priority: int
    name: str = field(compare=False)
    tags: list[str] = field(default_factory=list, compare=False)
    done: bool = field(default=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    width: int
    height: int = 1
    area: int = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "area", self.width * self.height)


tasks = [Task(3, "sweep"), Task(1, "cook", ["kitchen"]), Task(2, "shop")]
tasks[0].tags.append("floor")
for task in sorted(tasks):
    print(task)
print(min(tasks).name, Task(1, "a") == Task(1, "b"), Task(1, "a") < Task(2, "a"))
print(asdict(tasks[1]))

box = Box(width=4, height=3)
print(box, replace(box, height=10).area, hash(box) == hash(Box(width=4, height=3)))
try:
    box.width = 9
except FrozenInstanceError as exc:
    print("frozen:", exc)

#=> Task(priority=1, name='cook', tags=['kitchen'])
#=> Task(priority=2, name='shop', tags=[])
#=> Task(priority=3, name='sweep', tags=['floor'])
#=> cook True True
#=> {'priority': 1, 'name': 'cook', 'tags': ['kitchen'], 'done': False}
#=> Box(width=4, height=3, area=12) 40 True
#=> frozen: cannot assign to field 'width'
