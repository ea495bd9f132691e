"""What a file of requirements means here: which of its packages are wanted, there already, or in conflict with what is
there, and what they need in turn.

It runs in the sandbox that the packages are for, so markers are evaluated where they will be of use.
"""

import email.parser
import importlib.metadata

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


def there() -> dict:
    """The version of each package that can be imported already."""
    found = {}
    for distribution in importlib.metadata.distributions():
        # The first is the one that is imported.
        found.setdefault(canonicalize_name(distribution.metadata["Name"]), distribution.version)
    return found


def understood(texts: list) -> list:
    """What is to be done about each requirement."""
    here, seen = there(), set()
    return [_understood(text, here, seen) for text in texts]


def _understood(text: str, here: dict, seen: set) -> dict:
    try:
        wanted = Requirement(text)
    except InvalidRequirement as error:
        return {"refused": f"it is not understood: {str(error).splitlines()[0]}"}
    if wanted.url:
        return {"refused": "a package is named, and not where it is; write name==version"}
    if wanted.marker is not None and not wanted.marker.evaluate():
        return {"left_out": f"it is not for {_told(wanted.marker)}"}
    name = canonicalize_name(wanted.name)
    if name in seen:
        return {"refused": "it is there twice"}
    seen.add(name)
    exact = [one for one in wanted.specifier if one.operator == "==" and not one.version.endswith(".*")]
    if len(exact) != 1 or len(wanted.specifier) != 1:
        return {"refused": "it is not pinned to one version; write name==version"}
    if name in here:
        if wanted.specifier.contains(here[name], prereleases=True):
            return {"left_out": f"{name} {here[name]} is there already"}
        return {
            "refused": f"there is {name} {here[name]} already, which cannot be replaced; ask for that, or leave the line out"
        }
    return {"wanted": {"name": name, "version": exact[0].version, "extras": sorted(wanted.extras)}}


def _told(marker) -> str:
    environment = default_environment()
    names = [name for name in environment if name in str(marker)]
    return ", ".join(f"{name} {environment[name]!r}" for name in names) or "this interpreter"


def missing(wheels: list) -> list:
    """What is wrong with wheels, each with what was asked for and its metadata, or missing beside them."""
    here, problems, needed = there(), [], []
    for wheel in wheels:
        name, version = wheel["name"], wheel["version"]
        said = email.parser.HeaderParser().parsestr(wheel["metadata"])
        try:
            is_it = canonicalize_name(said["Name"] or "") == name and Version(said["Version"] or "") == Version(version)
        except InvalidVersion:
            is_it = False
        if not is_it:
            problems.append(f"what came for {name}=={version} says that it is {said['Name']} {said['Version']}")
            continue
        here[name] = version
        needed.append((name, wheel["extras"], said))
    environment = default_environment()
    extras = {name: set(wanted) for name, wanted, _ in needed}
    told = set()
    # What asks for an extra of another may come after it.
    for _ in range(len(needed) + 1):
        before = sum(map(len, extras.values()))
        for name, _, said in needed:
            for problem in _needs(name, said, extras, here, environment):
                if problem not in told:
                    told.add(problem)
                    problems.append(problem)
        if sum(map(len, extras.values())) == before:
            break
    return problems


def _needs(name: str, said, extras: dict, here: dict, environment: dict):
    python = said["Requires-Python"]
    try:
        if python and not SpecifierSet(python).contains(environment["python_full_version"], prereleases=True):
            yield f"{name} needs Python {python}, and this is {environment['python_full_version']}"
    except InvalidSpecifier:
        yield f"{name} needs a Python {python!r}, which is not understood"
    offered = {canonicalize_name(extra) for extra in said.get_all("Provides-Extra", ())}
    for extra in sorted(extras[name]):
        if canonicalize_name(extra) not in offered:
            yield f"{name} has no extra {extra!r}"
    for text in said.get_all("Requires-Dist", ()):
        try:
            needed = Requirement(text)
        except InvalidRequirement:
            yield f"{name} needs {text!r}, which is not understood"
            continue
        if needed.marker is not None:
            chosen = [{"extra": extra} for extra in ("", *extras[name])]
            if not any(needed.marker.evaluate(extra) for extra in chosen):
                continue
        other = canonicalize_name(needed.name)
        if other not in here:
            yield f"{name} needs {needed.name}{needed.specifier}, which is not in the file; add it with its version and hash"
        elif not needed.specifier.contains(here[other], prereleases=True):
            yield f"{name} needs {needed.name}{needed.specifier}, and there is {other} {here[other]}"
        elif other in extras:
            extras[other] |= needed.extras
