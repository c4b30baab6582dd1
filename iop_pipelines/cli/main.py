"""The `iop` group: names its commands and loads each only when it is called."""

import importlib
from importlib import metadata

import click

# command -> (module that defines it, line for --help)
COMMANDS = {
    "start": ("start", "Load files of your own, and get advice from them."),
    "up": ("instance", "Run the whole product in the foreground."),
    "serve": ("serve", "Be one part of an instance on several machines."),
    "demo": ("demo", "Replay real flights of 2013 through the whole product."),
    "migrate": ("instance", "Create or upgrade the database."),
    "doctor": ("instance", "Check that everything IOP needs is installed, or say how to get it."),
    "dataset": ("datasets", "Datasets: register, list, accept, replace, score, delete, steps."),
    "intake": ("intake", "Watched folders and files: add, list, check, retry, remove."),
    "model": ("models", "Models: new, register, promote, execute, score, history, delete."),
    "recommendation": ("recommendations", "Recommendations: list, show, accept, dismiss, retell."),
    "report": ("reports", "Reports: templates, schedules, generate, list files, delete."),
    "dashboard": ("dashboards", "Dashboards: register from a file, list, delete."),
    "api": ("api", "The API: types for its TypeScript clients."),
    "user": ("users", "Accounts: add, list, role, password, disable, a link to sign in."),
    "token": ("users", "Print a bearer token for an account, and nothing else."),
    "events": ("events", "The event bus: what waits, what failed, what was refused."),
    "trace": ("traces", "What came of one request, by its id."),
    "ledger": ("ledger", "The execution ledger: verify it, see what is open and was repaired."),
    "retention": ("retention", "Old data: show what would be deleted, or delete it."),
}


class LazyGroup(click.Group):
    """Importing one command's module does not import the others': `iop --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"iop_pipelines.cli.{COMMANDS[cmd_name][0]}")
        return module.commands[cmd_name]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with `iop demo`, or with your own data: `iop start FILE`. Each command has --help and --json.",
)
@click.version_option(metadata.version("iop"), prog_name="iop")
def main() -> None:
    """IOP, the Intelligence & Optimization Platform.

    Reads the datasets, pipeline runs and quality scores of DRM, runs analytical models on them,
    and tells people what to do: recommendations, reports, and the evidence behind them.
    """
