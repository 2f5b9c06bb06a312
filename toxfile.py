"""One tox environment for all roles, so that torch is installed only once.

Tox rebuilds an environment if it was set up for another role; here the roles differ only in their
commands, so the name is left out of that comparison.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tox.plugin import impl
from tox.tox_env.api import ToxEnv
from tox.tox_env.info import Info
from tox.tox_env.python.virtual_env.runner import VirtualEnvRunner
from tox.tox_env.register import ToxEnvRegister


class SharedInfo(Info):
    """Tox's record of the environment's last set-up, without the name of the role."""

    def compare(
        self, value: Any, section: str, sub_section: str | None = None
    ) -> AbstractContextManager[tuple[bool, Any]]:
        value = {**value, "name": "any"} if section == "ToxEnv" else value
        return super().compare(value, section, sub_section)


class SharedEnvironment(VirtualEnvRunner):
    """A virtual environment that several roles share."""

    @staticmethod
    def id() -> str:
        return "shared"

    @property
    def cache(self) -> Info:
        return SharedInfo(self.env_dir)


@impl
def tox_on_install(tox_env: ToxEnv, arguments: Any, section: str, of_type: str) -> None:
    """Explain the first installation, which takes minutes without output."""
    if isinstance(tox_env, SharedEnvironment):
        torch = Path(tox_env.env_site_package_dir(), "torch")
        if not torch.is_dir():
            print(
                "Installing PyTorch and other packages; this takes a few minutes, only the first time.",
                flush=True,
            )


@impl
def tox_register_tox_env(register: ToxEnvRegister) -> None:
    """Register the environment for tox.ini as `runner = shared`."""
    register.add_run_env(SharedEnvironment)
