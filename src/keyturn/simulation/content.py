"""What a simulated pull request holds: its manifest and its changed files."""

import json
from collections.abc import Mapping

from keyturn.core.facts import Change, ChangedFile
from keyturn.core.manifest import FileKind, ManifestFile
from keyturn.simulation.content_form import ChangedFileForm, ContentForm

_PLACE = ".agent/manifests/case"


def after_push(before: ContentForm, push: ContentForm) -> ContentForm:
    """The content after a push: what the push says, and as before what it leaves out."""
    told = {name: getattr(push, name) for name in push.model_fields_set & set(ContentForm.model_fields)}
    if told.get("actions") is not None:
        told["manifest"] = None
    return before.model_copy(update=told)


def manifest_of(content: ContentForm) -> ManifestFile | None:
    """The manifest file; `None` where nothing says what stands in it."""
    if content.manifest is not None:
        text, suffix = "".join(f"{line}\n" for line in content.manifest), "yml"
    elif content.actions is not None:
        text, suffix = json.dumps(_document(content), indent=1), "json"
    else:
        return None
    data = text.encode()
    return ManifestFile(path=f"{_PLACE}.{suffix}", kind=FileKind.REGULAR, content=data, size=len(data))


def files_of(content: ContentForm) -> tuple[ChangedFile, ...]:
    """The changed files, the manifest included."""
    files = tuple(_changed(file) for file in content.files or ())
    manifest = manifest_of(content)
    return files if manifest is None else (*files, ChangedFile(manifest.path, Change.ADDED))


def _document(content: ContentForm) -> Mapping[str, object]:
    said = {"version": 1, "agent": content.agent, "requested_by": content.requested_by}
    actions = [action.model_dump(mode="json", exclude_none=True) for action in content.actions or ()]
    return {key: value for key, value in {**said, "actions": actions}.items() if value is not None}


def _changed(file: ChangedFileForm) -> ChangedFile:
    change = Change.RENAMED if file.from_ is not None and file.change is Change.MODIFIED else file.change
    return ChangedFile(file.path, change, file.from_)
