"""`python -m bot.sandbox`: the sandbox as a process of its own."""

import argparse
import asyncio
import signal
import sys

from bot.sandbox.app import Sandbox
from bot.sandbox.clock import Clock


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.sandbox",
        description="Plays VuduMobile and Clever Multimedias, and shows a page with phones.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine alone)"
    )
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument(
        "--clock",
        type=Clock.parse,
        default=None,
        metavar="WORLD,REAL,SPEED",
        help="epoch seconds at which world and real time meet, and the speed",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the dice")
    parser.add_argument(
        "--welcome",
        action="store_true",
        help="a Clever campaign exists, so that its phone can text at once",
    )
    return parser


async def serve(arguments: argparse.Namespace) -> None:
    """Until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    sandbox = Sandbox(arguments.clock, arguments.seed, welcome=arguments.welcome)
    await sandbox.start(arguments.host, arguments.port)
    sys.stdout.write(f"{sandbox.url}\n")
    sys.stdout.flush()
    try:
        await ended.wait()
    finally:
        await sandbox.stop()


def main() -> int:
    """Exit status 0 after a clean end, 1 when the address cannot be had."""
    arguments = options().parse_args()
    try:
        asyncio.run(serve(arguments))
    except OSError as why:
        sys.stderr.write(f"The sandbox cannot listen: {why.strerror or why}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
