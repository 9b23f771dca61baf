"""The tab goodfit of TensorBoard: findings over the curves, checklists, the ledger of a study."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tensorboard.backend.http_util import Respond
from tensorboard.plugins.base_plugin import FrontendMetadata, TBContext, TBPlugin
from werkzeug import wrappers

from ...callbacks.charting.settings import PLUGIN
from ...recipes.files import strict
from .curves import curves_of, grouped, told_findings
from .records import folder_of_run, read_folder

__all__ = ["GoodfitPlugin"]

STATIC = Path(__file__).parent / "static"
FILES = {
    "/index.js": "text/javascript",
    "/charts.js": "text/javascript",
    "/parts.js": "text/javascript",
    "/goodfit.css": "text/css",
}


class GoodfitPlugin(TBPlugin):
    """What was found in trainings and what was tried, as a tab of TensorBoard.

    It is found by TensorBoard wherever goodfit is installed, and shows every training whose logs
    `TensorBoardWriter` or Keras wrote; where the folder of a run lies around these logs, also its
    checklists and its ledger.

    Args:
        context: What TensorBoard hands to a plugin.

    Guide: BP-3, MIS-7.
    """

    plugin_name = PLUGIN

    def __init__(self, context: TBContext) -> None:
        self._provider = context.data_provider
        self._logs = Path(context.logdir).expanduser() if context.logdir else None

    def get_plugin_apps(self) -> dict[str, Any]:
        """Return what is served under which path."""
        served = {path: _file(path, kind) for path, kind in FILES.items()}
        return {**served, "/runs": _json(self._list), "/run": _json(self._one)}

    def is_active(self) -> bool:
        """Return whether there is anything to show."""
        return bool(self.trainings())

    def frontend_metadata(self) -> FrontendMetadata:
        """Return where the page begins."""
        # It asks for news by itself, and keeps what was opened.
        return FrontendMetadata(es_module_path="/index.js", tab_name="goodfit", disable_reload=True)

    def trainings(self) -> dict[str, Path | None]:
        """Return the trainings by name, each with the folder of its run, where it has one."""
        names = set()
        if self._provider is not None:
            found = self._provider.list_runs(self._context(), experiment_id="")
            names.update(grouped(run.run_name for run in found))
        if self._logs is not None and self._logs.is_dir():
            # The logs of a study come last, long after its ledger.
            links = (place for place in self._logs.iterdir() if place.is_symlink())
            names.update(place.name for place in links if folder_of_run(place))
        return {name: self._folder(name) for name in sorted(names)}

    def _folder(self, name: str) -> Path | None:
        return None if self._logs is None else folder_of_run(self._logs / name)

    def _list(self, _arguments: Mapping[str, str]) -> Any:
        trainings = self.trainings()
        return {
            "runs": [
                {"name": name, "title": name.removesuffix("/tensorboard")} for name in trainings
            ]
        }

    def _one(self, arguments: Mapping[str, str]) -> Any:
        """Return all that the page shows of one training; None where there is no such one."""
        trainings = self.trainings()
        name = arguments.get("name", "")
        if name not in trainings:
            return None
        folder = trainings[name]
        data: dict[str, Any] = {"name": name, "title": name.removesuffix("/tensorboard")}
        data |= {} if folder is None else read_folder(folder)
        told = None
        data["curves"] = {}
        if self._provider is not None:
            data["curves"] = curves_of(self._provider, self._context(), name)
            told = told_findings(self._provider, self._context(), name)
        if told is not None and data.get("status", "unfinished") == "unfinished":
            data["findings"] = told["findings"]
            data["epoch"], data["final"] = told["epoch"], told["final"]
        data.setdefault("findings", [])
        goes_on = not data.get("final", False) and data.get("status") in (None, "unfinished")
        data["live"] = goes_on or not data.get("study", {}).get("ended", True)
        return data

    def _context(self) -> Any:
        from tensorboard.context import RequestContext

        return RequestContext()


def _file(path: str, kind: str) -> Any:
    @wrappers.Request.application
    def serve(request: wrappers.Request) -> wrappers.Response:
        return Respond(request, (STATIC / path.lstrip("/")).read_bytes(), kind)

    return serve


def _json(answer: Callable[[Mapping[str, str]], Any]) -> Any:
    """Return an application that answers in strict JSON: what is not finite becomes null."""

    @wrappers.Request.application
    def serve(request: wrappers.Request) -> wrappers.Response:
        if request.method not in ("GET", "HEAD"):
            return Respond(request, "Only GET is answered", "text/plain", code=405)
        data = answer(request.args)
        if data is None:
            return Respond(request, '{"error": "there is no such run"}', "application/json", 404)
        return Respond(request, json.dumps(strict(data), allow_nan=False), "application/json")

    return serve
