"""`secdigest dev`: the database and Dagster's own UI and daemon on this machine, until interrupted."""

import os
import signal
import socket
import subprocess
import sys
from types import FrameType

import click
import psutil

from secdigest_pipeline.cli.terminal import end
from secdigest_pipeline.orchestration.instance import HOME_VARIABLE, instance
from secdigest_pipeline.orchestration.services import Services

STOP_SECONDS = 20


@click.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port of the UI.")
def dev(port: int) -> None:
    """Start PostgreSQL (unless SECDIGEST_PG_URL is set) and the Dagster UI on 127.0.0.1.

    Schedules are off until they are switched on in the UI (Automation).
    """
    services = Services()
    services.load()
    settings = services.settings
    _free(port)
    with instance(settings):
        command = [sys.executable, "-m", "dagster", "dev", "-h", "127.0.0.1", "-p", str(port)]
        click.echo(f"Dagster UI: http://127.0.0.1:{port} (stop with Ctrl-C); data in {settings.data}")
        # Dagster works in its home, not here, so that its own files land there; the places are given as they are
        places = {"DATA": settings.data, "OUT": settings.out, "FEEDS": settings.feeds.absolute()}
        # Not by allow list as the parsers' processes: these are the pipeline itself. The run needs the model's key, and an
        # object store's file system reads its own credentials, under names that only its package knows.
        env = {**os.environ, **{f"SECDIGEST_{name}": str(place) for name, place in places.items()}}
        child = subprocess.Popen(
            [*command, "-m", "secdigest_pipeline.definitions"], env=env, cwd=os.environ[HOME_VARIABLE]
        )
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            code = child.wait()
        except KeyboardInterrupt:
            code = _stop(child)
    sys.exit(code)


def _free(port: int) -> None:
    """End the command when the port is taken: Dagster would say so in a traceback, with everything else started."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        why = os.strerror(error.errno or 0)  # its own text repeats the address
        end(f"port {port} of 127.0.0.1 cannot be used ({why}); name another one with --port")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop(child: "subprocess.Popen[bytes]") -> int:
    """End Dagster's processes, politely first: webserver, daemon and code servers are children of the child."""
    family = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
    child.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for process in alive:
        process.kill()
    child.wait()
    return 0
