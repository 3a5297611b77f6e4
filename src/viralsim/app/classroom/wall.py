"""The page on the wall: how to join, which round it is, and what the class guessed and got."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from viralsim.app.classroom.picture import picture
from viralsim.app.classroom.room import Room, Task
from viralsim.app.classroom.tasks import arms, first_task, gathered, lesson_of, values, words
from viralsim.app.look import accepted, dress, heading
from viralsim.errors import InputError
from viralsim.lessons.real import course
from viralsim.lessons.texts import Say, languages, preferred, speaker, spoken

Opens = Callable[[Task, int], Awaitable[None]]  # a round of a task with a number


def wall(room: Room, address: str, code: str, opens: Opens) -> Callable[[str], None]:
    """The teacher's page. opens: plays a round's tries and opens it."""

    def page(lang: str = "") -> None:
        dress()
        language = preferred(lang, accepted())
        ui.add_head_html(f"<script>document.documentElement.lang = '{language}'</script>")
        Wall(room, speaker(language), language, opens).show(address, code)

    return page


class Wall:
    """The widgets of the page."""

    def __init__(self, room: Room, say: Say, language: str, opens: Opens) -> None:
        self.room, self.say, self.language, self.opens = room, say, language, opens

    def show(self, address: str, code: str) -> None:
        """Build them."""
        import segno

        say = self.say
        with ui.row().classes("w-full items-start gap-8 p-3 no-wrap max-md:flex-wrap"):
            with ui.column().classes("gap-1").style("flex:0 0 22rem"):
                heading(say("Join the class"), "text-2xl")
                drawn = segno.make(f"{address}?code={code}").svg_inline(scale=8, light="white", border=2)
                ui.html(drawn, sanitize=False)
                ui.label(address.removeprefix("http://")).classes("text-2xl font-bold break-all").mark("address")
                ui.label(say("code {code}", code=code)).classes("text-5xl font-bold").mark("code")
                self.seats = ui.label("").classes("text-lg").mark("seats")
                self._steering()
            with ui.column().classes("grow min-w-80 gap-1"):
                self.title = ui.label("").classes("text-2xl font-bold").mark("title")
                self.head = ui.label("").classes("text-2xl").mark("gathered")
                self.bars = ui.html("", sanitize=False).classes("vs-wide")
                self.filled = ui.label("").classes("text-lg")
                self.best = ui.label("").classes("text-xl").mark("best")
        self.gather()
        ui.timer(1.0, self.gather)

    def _steering(self) -> None:
        say, task = self.say, self.room.round.task
        names = {one.key: f"{one.order}. {say(one.title)}" for one in course()}
        if not task.lesson:
            names = {"": say("your scenario"), **names}
        self.lesson = ui.select(names, value=task.lesson, label=say("lesson"), on_change=lambda: self._sliders())
        self.lesson.classes("w-full").mark("class lesson")
        self.value = ui.select([task.value], value=task.value, label=say("value")).classes("w-full").mark("class value")
        self.arm = ui.select({task.arm: task.arm}, value=task.arm, label=say("who starts")).classes("w-full")
        self._sliders(task)
        with ui.row().classes("gap-2"):
            ui.button(say("next round"), on_click=lambda: self._open(self.room.round.number + 1)).mark("next round")
            ui.button(say("start over"), on_click=lambda: self._open(1)).props("outline").mark("start over")
            ui.button(say("end the class"), on_click=self.room.end).props("outline").mark("end")
        self.wrong = ui.label("").classes("text-negative").props('role="alert"')
        with ui.row().classes("items-center"):
            number = ui.number(say("seat"), min=0, max=len(self.room.round.outcomes) - 1, precision=0).classes("w-20")
            ui.button(say("free it"), on_click=lambda: number.value is not None and self.room.free(int(number.value)))
            for code, name in languages().items():
                if code != self.language:
                    ui.link(name, f"/class?lang={code}").classes("text-sm")

    def _sliders(self, task: Task | None = None) -> None:
        """The values and arms of the lesson that is chosen."""
        one, say = lesson_of(Task(self.lesson.value, 0.0, "")), self.say
        if one is None:
            self.value.visible = self.arm.visible = False
            return
        named = {value: f"{say(one.slider.label)}: {value:g}" for value in sorted(values(one))}
        who = {arm: say(spoken(arm)) for arm in arms(one)}
        now = task if task is not None and task.lesson == one.key else first_task(one)
        self.value.set_options(named, value=now.value)
        self.arm.set_options(who, value=now.arm)
        self.value.visible, self.arm.visible = True, len(who) > 1

    async def _open(self, number: int) -> None:
        task = (
            Task(self.lesson.value, float(self.value.value), self.arm.value)
            if self.lesson.value
            else self.room.round.task
        )
        try:
            await self.opens(task, number)
            self.wrong.text = ""
        except InputError as error:
            self.wrong.text = str(error)[:300]
        self.gather()

    def gather(self) -> None:
        """Put what there is by now on the wall."""
        room, say = self.room, self.say
        results, task = room.results, room.round.task
        self.seats.text = say("{n} of {all} seats taken", n=len(room.seats), all=len(room.round.outcomes))
        self.title.text = say("round {number}", number=room.round.number) + ": " + task_text(task, say)
        if room.is_over:
            self.title.text = say("The class is over.")
        said = words(task)
        self.head.text = say(said.count, n=len(results))
        self.filled.text = say(said.filled)
        self.best.text = say(said.summary, **gathered(room)) if results else ""
        drawn = picture(results, room.round.guesses, say) if results else ""
        if self.bars.content != drawn:
            self.bars.content = drawn


def task_text(task: Task, say: Say) -> str:
    """What a round plays, in words."""
    one = lesson_of(task)
    if one is None:
        return say("your scenario")
    arm = f", {say(spoken(task.arm))}" if len(arms(one)) > 1 else ""
    return f"{say(one.title)} ({say(one.slider.label)}: {task.value:g}{arm})"
