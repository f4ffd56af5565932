"""`when`: what an author writes, and what it means."""

from datetime import date

import pytest

from bot.core.conditions import ALWAYS, YEARLY, Dates, When


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gateway: clever", When(gateways=frozenset({"clever"}))),
        ("gateway: [clever, 12]", When(gateways=frozenset({"clever", "12"}))),
        ("language: no", When(languages=frozenset({"no"}))),
        ("list: deals", When(on_lists=frozenset({"deals"}))),
        ("list: {not: deals}", When(off_lists=frozenset({"deals"}))),
        (
            "list: [deals, {not: [news]}]",
            When(on_lists=frozenset({"deals"}), off_lists=frozenset({"news"})),
        ),
        ("tag: [vip, crew]", When(tags=frozenset({"vip", "crew"}))),
        ('hours: "22:00-06:00"', When(hours=((1320, 360),))),
        ("hours: [8:30-12:00, 13h-17h30]", When(hours=((510, 720), (780, 1050)))),
        ("hours: 18-24", When(hours=((1080, 1440),))),
        ("hours: 0:00 – 24:00", When(hours=((0, 1440),))),
        ("days: mon-fri", When(days=frozenset(range(5)))),
        ("days: lun-ven", When(days=frozenset(range(5)))),
        ("days: [sat, sun]", When(days=frozenset({5, 6}))),
        ('days: "samedi, dimanche"', When(days=frozenset({5, 6}))),
        ("days: Friday-Monday", When(days=frozenset({4, 5, 6, 0}))),
        ("days: mardi", When(days=frozenset({1}))),
        ("dates: 2026-12-24", When(dates=(Dates(date(2026, 12, 24), date(2026, 12, 24)),))),
        (
            "dates: 2026-12-24..2027-01-02",
            When(dates=(Dates(date(2026, 12, 24), date(2027, 1, 2)),)),
        ),
        (
            "dates: [12-24 .. 01-02, 02-29]",
            When(
                dates=(
                    Dates(date(YEARLY, 12, 24), date(YEARLY, 1, 2)),
                    Dates(date(YEARLY, 2, 29), date(YEARLY, 2, 29)),
                )
            ),
        ),
        ("country: [CA, fr]", When(countries=frozenset({"CA", "FR"}))),
        ('prefix: ["+1514", +33 6]', When(prefixes=("+1514", "+336"))),
        ("set: {vip: yes}", When(values={"vip": frozenset({"yes"})})),
        ("set: {vip: [1, 2.50]}", When(values={"vip": frozenset({"1", "2.50"})})),
        (
            "set: {vip: true, old: false}",
            When(values={"vip": frozenset()}, unset=frozenset({"old"})),
        ),
    ],
)
def test_a_condition_is_read(rules, written, meant):
    book = rules(
        f"rules:\n  - {{id: a, keyword: x, reply: y, when: {{{written}}}}}\n"
        "  - {id: b, keyword: z, do: {set: {vip: yes, old: yes}}}\n"
        "lists: [{id: deals}, {id: news}]\n"
    )

    assert book.rules[0].when == meant


def test_a_rule_without_a_condition_always_holds(rules):
    assert rules("rules: [{id: a, keyword: x, reply: y}]").rules[0].when is ALWAYS


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("gateway: []", "3:13: gateway: nothing stands between the brackets; write it, or leave"),
        ("gateway: [{a: b}]", "3:23: gateway: this is no name of a gateway; write it as it is in"),
        ("gateway: clevr", "3:13: gateway: there is no gateway 'clevr'; did you mean clever?"),
        ("language: es", "3:13: language: there is no language 'es'; known here: en, fr"),
        ("language: french", "3:13: language: this is no language; write two small letters"),
        ("list: deels", "3:13: there is no list 'deels'; did you mean deals?"),
        ("list: {nt: deals}", "3:13: list: this is no list's id; write deals, {not: deals}"),
        ("list: [deals, {not: deals}]", "3:13: list: 'deals' is asked for and excluded; leave"),
        ("tag: VIP", "3:13: tag: this is no id; use small letters"),
        ("hours: 22", '3:13: hours: this is no span of hours; write "22:00-06:00"'),
        ("hours: 22:00-06:99", '3:13: hours: this is no span of hours; write "22:00-06:00"'),
        ("hours: [8-9, 20-25]", "3:26: hours: a day has 24 hours; write"),
        ("hours: 8-8", "3:13: hours: the span ends where it begins; leave it out if every"),
        ("days: [mon, foo]", "3:25: days: 'foo' is no day; write mon, tue, wed"),
        ("days: mon-tue-wed", "3:13: days: 'mon-tue-wed' is no span of days; write it like"),
        ("days: mon, fri", "3:24: there is no key 'fri' here; it stands after a comma"),
        ("dates: 24/12", "3:13: dates: this is no date; write 2026-12-24"),
        ("dates: 2026-02-30", "3:13: dates: there is no day '2026-02-30'; write year, month"),
        ("dates: 2026-12-24..01-02", "3:13: dates: one end has a year, the other has none; write"),
        ("dates: 2026-12-24..2026-01-02", "3:13: dates: the dates end before they begin; write"),
        ("country: UK", "3:13: country: there is no such country; write its two letters, like GB"),
        ("prefix: 1514", "3:13: prefix: this is no beginning of a number; write `+` and the"),
        ("set: vip", "3:13: set: this is no mapping of names; write {name: value}"),
        ("set: {vpi: yes}", "3:19: no rule sets 'vpi'; did you mean vip?"),
        ("set: {Vip: yes}", "3:19: set: this is no name that a template can use; use small"),
        ("set: {text: yes}", "3:19: set: every template has a name 'text' already; choose"),
        ("set: {none: yes}", "3:19: set: 'none' is a word of the template language; choose"),
        ("hour: 8-9", "3:13: there is no key 'hour' here; did you mean 'hours'?"),
    ],
)
def test_a_fault_of_a_condition_is_told_with_its_place(told, written, fault):
    content = (
        "rules:\n  - id: a\n"
        f"    when: {{ {written} }}\n"
        "    keyword: x\n    reply: y\n    do: {set: {vip: yes}}\n"
        "lists: [{id: deals}]\n"
    )

    found = told(content, gateways=["clever", "vudumobile"], languages=["fr", "en"])

    assert [one[: len(fault)] for one in found] == [fault]


def test_the_sandbox_has_gateways_of_its_own(told):
    content = "rules: [{id: a, keyword: x, reply: y, when: {gateway: vudumobile}}]\n"

    assert len(told(content, gateways=["mine"])) == 1
    assert told(f"only: sandbox\n{content}", gateways=["mine"]) == []


def test_an_empty_condition_is_a_fault(told):
    assert told("rules:\n  - {id: a, keyword: x, reply: y, when: }\n") == [
        "2:35: when: nothing stands here; write it, or leave the key out"
    ]
