"""The page: what stands on it, shows and tells. Gradio is imported here, before anything uses it."""

import inspect
import os
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


def _import_gradio() -> None:
    """Without the .pyi that it writes beside the file of each component, which takes half of the time of its import."""
    file_of = inspect.getfile

    def file_of_no_component(asked: Any) -> str:
        if type(asked).__name__ == "ComponentMeta":
            raise OSError("a component, of whose file Gradio shall not know")
        return file_of(asked)

    vars(inspect)["getfile"] = file_of_no_component
    try:
        import gradio.component_meta
    finally:
        vars(inspect)["getfile"] = file_of
    vars(gradio.component_meta)["create_or_modify_pyi"] = lambda *component: None  # nor beside ours


_import_gradio()
