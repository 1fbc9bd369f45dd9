"""Chromium uses the example `todo` as a person would: it logs in, adds tasks, ticks one off,
attaches a file, gets it back, and logs out. Wrong words are refused with a message, a form from
another site is refused, and the console stays empty. Pictures of the pages are left in
target/judges for who wants to look. Not part of the ordinary run: Chromium takes minutes to
install.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import install
import verdict
from devtools import Chromium

NAME, PASSWORD = "anna", "four words of straw"
TITLE = 'Straw & "twigs" <b>'
CONTENT = b"\0\r\n--nest\r\n" * 1000
SECONDS_MAX = 20
SIZES = [("", 1000, 700), ("-phone", 390, 844)]


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    del options  # The server is the example.
    program = install.program("chromium", "chromium")
    example = build()
    verdict.WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="judges-") as folder:
        home = Path(folder)
        environment = os.environ | {"TODO_DATABASE": str(home / "todo.sqlite")}
        subprocess.run([example, "add-user", NAME, PASSWORD], env=environment, check=True)
        command = [example, "run", "--listen", "127.0.0.1:0"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as site:
            try:
                url = listening(site)
                with Chromium(program, home) as browser:
                    use(found, browser, url, home)
            finally:
                site.terminate()
    return f"logged in, added, ticked off, attached, logged out; pictures in {verdict.WORK}"


def build() -> str:
    words = ["cargo", "build", "--quiet", "--package", "gnezdo", "--example", "todo"]
    subprocess.run(words, cwd=verdict.PROJECT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", str(verdict.PROJECT / "target"))
    return str(Path(target) / "debug" / "examples" / "todo")


def listening(site: subprocess.Popen) -> str:
    for line in site.stderr or []:
        if line.startswith("listening on "):
            return line.split()[2].rstrip("/")
    raise verdict.CannotJudge("the example did not start")


def use(found: verdict.Verdict, browser: Chromium, url: str, home: Path) -> None:
    browser.open_page()
    browser.load(f"{url}/")
    found.equal(where(browser), "/login", "who is not logged in is sent to the login")
    picture(browser, "login")
    log_in(browser, "not the password")
    found.check("Nobody has this name" in text(browser), "a wrong password is told", text(browser))
    log_in(browser, PASSWORD)
    found.equal(where(browser), "/", "the login leads to the tasks")
    found.check(f"Welcome, {NAME}!" in text(browser), "a greeting", text(browser))
    for title in [TITLE, "Moss", ""]:
        fill(browser, "input[name=title]", title)
        send(browser, "form.add")
    found.equal(titles(browser), [TITLE, "Moss"], "the tasks")
    found.check("title" in text(browser, ".flash"), "an empty title is told", text(browser))
    send(browser, "li:first-child form")
    found.equal(browser.evaluate("document.querySelectorAll('li.done').length"), 1, "ticked off")
    attach(found, browser, home)
    picture(browser, "tasks")
    send(browser, "header form")
    found.equal(where(browser), "/login", "logged out")
    go(browser, f"location.assign('{url}/')")
    found.equal(where(browser), "/login", "and not let in again")
    judge_console(found, browser)
    judge_forged_form(found, browser, url)


def attach(found: verdict.Verdict, browser: Chromium, home: Path) -> None:
    file = home / "plan of the nest.bin"
    file.write_bytes(CONTENT)
    document = browser.ask("DOM.getDocument")["root"]["nodeId"]
    selector = "li:last-child input[type=file]"
    node = browser.ask("DOM.querySelector", nodeId=document, selector=selector)["nodeId"]
    browser.ask("DOM.setFileInputFiles", nodeId=node, files=[str(file)])
    send(browser, "li:last-child form.attach")
    found.check(f"{file.name} is attached." in text(browser), "attached", text(browser))
    browser.evaluate(
        "fetch(document.querySelector('a.file').href)"
        ".then(answer => answer.arrayBuffer())"
        ".then(octets => window.came = [...new Uint8Array(octets)])"
    )
    came = until(browser, "JSON.stringify(window.came || null)", lambda told: told != "null")
    found.equal(bytes(json.loads(str(came))), CONTENT, "the file comes back as it went")


def judge_forged_form(found: verdict.Verdict, browser: Chromium, url: str) -> None:
    """A form of another site, sent by somebody who is logged in here."""
    browser.open_page()
    form = f"<form method=post action='{url}/tasks'><input name=title value=forged></form>"
    browser.load(f"data:text/html,{form}")
    go(browser, "document.forms[0].submit()")
    found.check("403" in text(browser, "body"), "a forged form is refused", text(browser, "body"))


def log_in(browser: Chromium, password: str) -> None:
    fill(browser, "input[name=name]", NAME)
    fill(browser, "input[name=password]", password)
    send(browser, "form")


def fill(browser: Chromium, selector: str, value: str) -> None:
    browser.evaluate(f"document.querySelector({json.dumps(selector)}).value = {json.dumps(value)}")


def send(browser: Chromium, form: str) -> None:
    """Presses the button of a form, and waits for the page that follows."""
    go(browser, f"document.querySelector({json.dumps(form + ' button')}).click()")


def go(browser: Chromium, expression: str) -> None:
    browser.evaluate("window.is_old = true")
    browser.evaluate(expression)
    is_new = "!window.is_old && document.readyState === 'complete'"
    until(browser, is_new, lambda told: told is True)


def until(browser: Chromium, expression: str, is_there: object) -> object:
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            told = browser.evaluate(expression)
        except RuntimeError:
            told = None  # Between two pages nobody answers.
        if told is not None and is_there(told):  # type: ignore[operator]
            return told
        time.sleep(0.05)
    raise verdict.CannotJudge(f"it did not come to {expression}")


def where(browser: Chromium) -> object:
    return browser.evaluate("location.pathname")


def text(browser: Chromium, selector: str = "main") -> str:
    element = f"document.querySelector({json.dumps(selector)})"
    return str(browser.evaluate(f"{element} ? {element}.innerText : ''"))


def titles(browser: Chromium) -> object:
    return browser.evaluate("[...document.querySelectorAll('.title')].map(e => e.textContent)")


def picture(browser: Chromium, name: str) -> None:
    for suffix, width, height in SIZES:
        browser.take_picture(verdict.WORK / f"todo-{name}{suffix}.png", width, height)


def judge_console(found: verdict.Verdict, browser: Chromium) -> None:
    said = browser.heard("Runtime.consoleAPICalled") + browser.heard("Runtime.exceptionThrown")
    for entry in browser.heard("Log.entryAdded"):
        # What Chromium asks for unbidden.
        if not entry["entry"].get("url", "").endswith("/favicon.ico"):
            said.append(entry)
    found.equal(said, [], "an empty console")


if __name__ == "__main__":
    verdict.run(__doc__, judge)
