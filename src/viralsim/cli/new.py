"""``viralsim new``: ten questions, then a scenario with comments, its answer and a report."""

from __future__ import annotations

from pathlib import Path

import click

from viralsim.errors import InputError

INTERRUPTED = 130


@click.command(help="Ask ten questions, write the scenario, say what was assumed, run it and write the report.")
@click.argument("file", type=click.Path(path_type=Path), default=Path("campaign.yaml"))
@click.option("--answers", "given", type=click.Path(path_type=Path), help="YAML file of answers: nothing is asked.")
@click.option("--answer", "single", multiple=True, metavar="KEY=VALUE", help="One answer; may be given several times.")
@click.option("--defaults", is_flag=True, help="Ask nothing: what is not answered takes its default.")
@click.option("--run/--no-run", "runs", default=True, help="Run it and write FILE's report beside it, or stop before.")
@click.option("--open", "opens", is_flag=True, help="Open the report.")
def new(file: Path, given: Path | None, single: tuple[str, ...], defaults: bool, runs: bool, opens: bool) -> None:
    """Ask, write, run; nothing that exists is overwritten, and answers survive an interrupt."""
    from viralsim.calibration.starting import post_rates
    from viralsim.scenario.guided import QUESTIONS, guided_scenario, read_answers

    page = file.with_suffix(".html")
    for target in (file, page) if runs else (file,):
        if target.exists():
            raise InputError(f"{target}: exists already: choose another name")
    draft = file.with_name(f"{file.name}.answers.yaml")
    answers = read_answers(given) if given is not None else read_answers(draft) if draft.is_file() else {}
    answers |= _single(single)
    if given is None and not defaults:
        unasked = [question for question in QUESTIONS if question.key not in answers]
        if draft.is_file():
            click.echo(f"{len(QUESTIONS) - len(unasked)} of {len(QUESTIONS)} answers were found in {draft}")
        _ask(answers, draft)
    text, assumed = guided_scenario(answers, file.parent, post_rates)
    _write(file, text)
    draft.unlink(missing_ok=True)
    click.echo(f"wrote {file}. It assumes:")
    for line in assumed:
        click.echo(f"  {line}")
    if runs:
        _run(file, page, opens)
    else:
        click.echo(f"next: viralsim check {file}, then viralsim run {file}")


def _single(pairs: tuple[str, ...]) -> dict[str, str]:
    from viralsim.scenario.guided import checked_keys

    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"--answer {pair}: must be KEY=VALUE, such as followers=5000")
        found[key.strip()] = value
    return checked_keys(found)


def _ask(answers: dict[str, str], draft: Path) -> None:
    """Every question without an answer; each answer is kept in ``draft`` at once."""
    from viralsim.scenario.guided import QUESTIONS

    for i, question in enumerate(QUESTIONS, 1):
        while question.key not in answers:
            shown = f" [{question.default}]" if question.default else ""
            click.echo(f"{i} of {len(QUESTIONS)}  {question.text}{shown} ", nl=False)
            try:
                said = input().strip() or question.default
                question.read(said)
            except InputError as error:
                click.echo(f"  {error}")
                continue
            except EOFError:
                click.echo()
                kept = f"; your answers are in {draft}, run viralsim new again to go on" if draft.is_file() else ""
                raise InputError(
                    f"the input ended at question {i} of {len(QUESTIONS)} ({question.key}){kept}, or give --answers FILE"
                ) from None
            except KeyboardInterrupt:
                click.echo()
                kept = (
                    f"{draft} keeps your answers: run viralsim new again to go on"
                    if draft.is_file()
                    else "nothing was written"
                )
                click.echo(f"stopped at question {i} of {len(QUESTIONS)}; {kept}", err=True)
                raise SystemExit(INTERRUPTED) from None
            answers[question.key] = said
            _keep(answers, draft)


def _keep(answers: dict[str, str], draft: Path) -> None:
    import yaml

    from viralsim.atomic import write_text

    write_text(draft, yaml.safe_dump(answers, allow_unicode=True, sort_keys=False), "choose another place")


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError(f"{file}: exists already: choose another name") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror}): choose another place") from None


def _run(file: Path, page: Path, opens: bool) -> None:
    """Run the scenario, print its first screen, write the page."""
    from viralsim.cli.console import standard_console
    from viralsim.cli.render_answer import AnswerScreen
    from viralsim.cli.study import watched
    from viralsim.report import write_page
    from viralsim.simulation import simulate

    click.echo()
    screen = AnswerScreen(standard_console())
    with watched() as progress:
        result = simulate(file, progress=progress, what_turns_it=True, on_answer=screen.first)
    screen.rest(result, f"viralsim run {file}")
    write_page(result, page)
    click.echo(f"report: {page}")
    if opens:
        click.launch(str(page))
    if result.interrupted:
        raise SystemExit(INTERRUPTED)
