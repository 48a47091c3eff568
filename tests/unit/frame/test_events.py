from eakte_ops.events import Event, fan_out, silent


def test_a_sink_that_fails_is_dropped_once_and_the_others_go_on() -> None:
    seen: list[float] = []
    dropped: list[str] = []

    def good(event: Event) -> None:
        seen.append(event.at)

    def bad(_event: Event) -> None:
        raise RuntimeError("screen gone")

    emit = fan_out([bad, good, silent], lambda _sink, broken: dropped.append(str(broken)))
    emit(Event(1.0))
    emit(Event(2.0))
    assert seen == [1.0, 2.0]
    assert dropped == ["screen gone"]
