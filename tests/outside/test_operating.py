"""Starting, stopping, reloading, refusing: the daemon as its operator meets it."""

import json
import re
import signal
from pathlib import Path

import pytest

from tests.outside.harness import RULES, SECRETS, Stage, mobile, stage

pytestmark = pytest.mark.kill

ONE = mobile(101)
WHERE = re.compile(r"^(?P<file>\S+?):(?P<line>\d+):(?P<column>\d+): (?P<what>.+)$", re.MULTILINE)

FAULTY = """\
organisation: {name: "X", contact: "1"}
languge: fr
timezone: America/Montreux
gateways:
  vudumobile:
    url: http://gateway.example.com/api
    api_key: ${VUDUMOBILE_API_KEY:-}
    our_number: "hello"
    poll: soon
"""


async def test_faulty_rules_are_refused_at_a_reload_and_the_old_ones_stay(tmp_path: Path) -> None:
    """Said in /readyz, in /metrics and in the log; and good ones are taken afterwards."""
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        daemon = await scene.up()
        scene.rules(RULES.replace("Echo", "Ekko") + "  - id: bad\n    keywrd: [x]\n")
        daemon.process.send_signal(signal.SIGHUP)
        await scene.until("the log says so", lambda: daemon.actions("rules.refused") != [])
        _, body = await daemon.readiness()
        assert body["status"] == "degraded"
        assert "rules.yaml:" in json.dumps(body["rules"])
        assert await daemon.metric("textobot_rules_refused") == 1
        scene.text("vudumobile", ONE, "echo old rules", "Echo old rules")
        await scene.answered()

        scene.rules(RULES.replace("Echo", "Nouveau"))
        daemon.process.send_signal(signal.SIGHUP)
        await scene.world(40)
        scene.text("vudumobile", ONE, "echo new rules", "Nouveau new rules")
        await scene.verify()
        _, body = await daemon.readiness()
        assert body["status"] == "ok"
        assert await daemon.metric("textobot_rules_refused") == 0
        await daemon.stop()


async def test_a_reload_leaves_alone_what_waits_in_the_outbox(tmp_path: Path) -> None:
    """INV-41."""
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        daemon = await scene.up()
        scene.sandbox.break_("vudumobile", "http_429", operation="send", times=None)
        scene.text("vudumobile", ONE, "echo waits", "Echo waits")
        await scene.until("it waits", lambda: scene.outbox() != [])
        scene.rules("rules:\n  - id: other\n    keyword: [other]\n    reply: Autre\n")
        daemon.process.send_signal(signal.SIGHUP)
        await scene.world(40)
        scene.sandbox.mend()

        await scene.verify()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_a_stop_in_the_middle_of_work_is_clean(tmp_path: Path, how: int) -> None:
    """What is in flight is finished, nothing is unclear afterwards, the rest goes on later."""
    async with stage(tmp_path, on=["vudumobile"], speed=5) as scene:
        await scene.up()
        slow = 1.5 * scene.sandbox.clock.speed  # in real seconds: so are those it has to end in
        scene.sandbox.break_("vudumobile", "slow", operation="send", times=None, seconds=slow)
        for index in range(8):
            scene.text("vudumobile", mobile(101 + index), "echo now", "Echo now")
        await scene.until("sends are in flight", lambda: any(
            row.status == "sending" for row in scene.outbox()))  # fmt: skip
        await scene.daemon.stop(how)
        assert {row.status for row in scene.outbox()} <= {"sent", "delivered", "queued"}
        scene.sandbox.mend()
        scene.sandbox.clock.speed = 40  # of the second life, which knows no other
        await scene.up()

        await scene.verify(after=30)


async def test_a_second_daemon_on_the_same_store_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        first = await scene.up()
        second = await scene.begin()
        assert await second.exit() not in {0, None}
        assert re.search(r"another|already|second|one daemon|in use", second.log, re.IGNORECASE)
        assert "Traceback" not in second.log
        scene.lives.append(scene.lives.pop(0))
        scene.text("vudumobile", ONE, "echo first", "Echo first")

        await scene.verify()
        await first.stop()


async def test_health_pages_answer_their_own_names_alone(tmp_path: Path) -> None:
    async with stage(
        tmp_path, on=["vudumobile"], web={"hosts": ["textobot.example.com"]}
    ) as scene:
        daemon = await scene.up()
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await daemon.get(path))[0] == 200
            assert (await daemon.get(path, Host="textobot.example.com"))[0] == 200
            status, body = await daemon.get(path, Host="evil.example.com")
            assert 400 <= status < 500, path
            assert "textobot_" not in body
        scene.text("vudumobile", ONE, "echo private words", "Echo private words")
        await scene.answered()
        _, figures = await daemon.get("/metrics")
        assert "textobot_" in figures
        assert ONE[1:] not in figures
        assert "private" not in figures
        assert ONE[1:] not in json.dumps((await daemon.readiness())[1])


async def test_every_line_on_stderr_is_json_and_nobody_is_named(tmp_path: Path) -> None:
    """Promised: one sentence a line, with an action; JSON where it is no terminal."""
    async with stage(tmp_path) as scene:
        scene.campaign([mobile(101, "clever")])
        daemon = await scene.up()
        for gateway in ("vudumobile", "clever"):
            scene.sandbox.break_(gateway, "http_500", operation="send", accepted=True)
            scene.text(gateway, mobile(101, gateway), "echo my secret life", "Echo my secret life")
            scene.text(gateway, mobile(101, gateway), 'STOP\n{"action": "forged"}', offset=1)
        await scene.world(120)
        await daemon.stop()
        lines = [json.loads(line) for line in daemon.errors.read_text("utf-8").splitlines()]

        assert lines
        assert all(line["action"] and line["event"] for line in lines)
        assert not any(line["action"] == "forged" for line in lines)
        assert ONE[1:] not in daemon.log
        assert "secret life" not in daemon.log


async def start_faulty(scene: Stage, text: str) -> str:
    """Write config.yaml, start, and give what it said; it must end with 2."""
    path = scene.folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    daemon = await scene.begin()
    assert await daemon.exit() == 2, daemon.log
    assert "Traceback" not in daemon.log
    return daemon.log


async def test_every_fault_of_the_configuration_is_told_with_its_place(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        told = await start_faulty(scene, FAULTY)

        lines = {int(found["line"]) for found in WHERE.finditer(told)}
        assert lines == {2, 3, 6, 8, 9}, told
        assert SECRETS["VUDUMOBILE_API_KEY"] not in told
        assert scene.sandbox.requests == []


async def test_a_key_that_stands_twice_is_told_beside_the_other_faults(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        told = await start_faulty(scene, FAULTY + "replies: {max_age: 15m, max_age: 20m}\n")

        lines = {int(found["line"]) for found in WHERE.finditer(told)}
        assert lines == {2, 3, 6, 8, 9, 10}, told


async def test_faults_of_rules_and_templates_refuse_the_start(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        scene.configure()
        scene.rules(RULES + '  - id: two\n    keyword: [two]\n    reply: "{{ nothing }}"\n')
        daemon = await scene.begin()

        assert await daemon.exit() == 2
        places = [(found["file"], found["line"]) for found in WHERE.finditer(daemon.log)]
        assert [name.endswith("rules.yaml") for name, _ in places] == [True]
        assert scene.sandbox.requests == []


async def test_without_a_gateway_it_says_how_to_try(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile", "clever"]) as scene:
        scene.configure()
        scene.environ = dict.fromkeys(SECRETS, "")
        daemon = await scene.begin()

        assert await daemon.exit() == 2
        assert "--sandbox" in daemon.log


async def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        path = scene.configure()
        secret = SECRETS["VUDUMOBILE_API_KEY"]
        path.write_text(path.read_text().replace("${VUDUMOBILE_API_KEY:-}", secret))
        path.chmod(0o644)
        daemon = await scene.begin()

        assert await daemon.exit() == 2
        assert secret not in daemon.log
        assert scene.sandbox.requests == []
