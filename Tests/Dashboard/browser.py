"""A headless Chromium driven over its DevTools pipe. Standard library only.

Source: https://chromedevtools.github.io/devtools-protocol/ ; with `--remote-debugging-pipe` the browser reads commands from descriptor 3 and
writes answers to descriptor 4, each a JSON text ended by a NUL byte.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser():
    """The path of an installed browser, or None."""
    named = os.environ.get("ALIQUOT_BROWSER")
    for program in [named] if named else PROGRAMS:
        path = shutil.which(program)
        if path:
            return path
    return None


class BrowserError(Exception):
    """The browser refused a command, or ended."""


class Browser:
    """One browser process with a profile of its own."""

    def __init__(self, program):
        self.profile = tempfile.mkdtemp(prefix="aliquot-browser-")
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        arguments = [
            program, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "--no-first-run", "--disable-gpu",
            "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-GB", "about:blank",
        ]
        if os.geteuid() == 0:
            arguments.insert(1, "--no-sandbox")  # as root the sandbox refuses to start

        def place_pipes():
            # Over high numbers first: 3 and 4 may themselves be the descriptors that are moved.
            a, b = os.dup2(to_browser, 100), os.dup2(from_browser, 101)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            arguments, preexec_fn=place_pipes, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._number = 0
        self.pages = {}

    def send(self, method, parameters=None, session=None, timeout=30):
        """Carries out a command and returns its result."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self._out, text):]
        deadline = time.monotonic() + timeout
        while True:
            answer = self._read(deadline)
            if answer is None:
                raise BrowserError(f"{method}: no answer in {timeout} s")
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error'].get('message')}")
                return answer["result"]

    def listen(self, seconds):
        """Takes in what the browser tells by itself."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._read(deadline)

    def _read(self, deadline):
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                return None
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise BrowserError("the browser has ended")
            self._buffer += piece
        text, self._buffer = self._buffer.split(b"\0", 1)
        message = json.loads(text)
        if "method" in message and message.get("sessionId") in self.pages:
            self.pages[message["sessionId"]].take(message)
        return message

    def page(self, width=1200, height=900):
        return Page(self, width, height)

    def close(self):
        try:
            self.send("Browser.close", timeout=5)
        except (BrowserError, OSError):
            self.process.kill()
        self.process.wait()
        os.close(self._in)
        os.close(self._out)
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    """One tab. `faults` gathers uncaught exceptions, console errors and what the content security policy stopped."""

    def __init__(self, browser, width, height):
        self.browser = browser
        self.faults = []
        self.requests = []
        self.dialogs = []
        target = browser.send("Target.createTarget", {"url": "about:blank", "newWindow": True, "width": width, "height": height})["targetId"]
        self.target = target
        self.session = browser.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        browser.pages[self.session] = self
        for domain in ("Page", "Runtime", "Log", "Network", "DOM", "Accessibility"):
            self.send(f"{domain}.enable")
        self.resize(width, height)

    def send(self, method, parameters=None, timeout=30):
        return self.browser.send(method, parameters, self.session, timeout)

    def take(self, message):
        method, facts = message["method"], message["params"]
        if method == "Runtime.exceptionThrown":
            details = facts["exceptionDetails"]
            self.faults.append("exception: " + details.get("exception", {}).get("description", details.get("text", "")))
        elif method == "Runtime.consoleAPICalled" and facts["type"] in ("error", "warning", "assert"):
            self.faults.append("console: " + " ".join(str(one.get("value", one.get("description", ""))) for one in facts["args"]))
        elif method == "Log.entryAdded" and facts["entry"]["level"] in ("error", "warning"):
            self.faults.append(f"{facts['entry']['source']}: {facts['entry']['text']} {facts['entry'].get('url', '')}".strip())
        elif method == "Network.requestWillBeSent":
            self.requests.append(facts["request"]["url"])
        elif method == "Page.javascriptDialogOpening":
            self.dialogs.append(facts["message"])

    def resize(self, width, height, scale=1):
        self.send("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False})

    def scheme(self, name):
        """`light` or `dark`, as the reader's system would say."""
        self.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": name}]})

    def go(self, address):
        self.send("Page.navigate", {"url": address})
        self.wait("document.readyState === 'complete'")

    def reload(self):
        self.send("Page.reload")
        self.browser.listen(0.2)
        self.wait("document.readyState === 'complete'")

    def run(self, script, timeout=30):
        """The value of a JavaScript expression; promises are awaited."""
        answer = self.send("Runtime.evaluate", {
            "expression": script, "returnByValue": True, "awaitPromise": True, "userGesture": True}, timeout)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError(f"{script[:120]}: {details.get('exception', {}).get('description', details.get('text'))}")
        return answer["result"].get("value")

    def wait(self, condition, timeout=15, what=None):
        """Waits until a JavaScript expression is true."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                value = self.run(f"Boolean({condition})")
            except BrowserError as error:  # in the middle of a navigation there is no document
                value, last = None, error
            else:
                last = None
            if value:
                return
            if time.monotonic() > deadline:
                shown = "" if last else (self.run("document.querySelector('main')?.innerText ?? ''") or "")[:600]
                raise BrowserError(f"not in {timeout} s: {what or condition} {last or ''}\n    the page shows: {shown!r}")
            self.browser.listen(0.05)

    def text(self, selector="main"):
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def box(self, selector):
        """Middle of an element, scrolled into view."""
        return self.run(f"""(() => {{ const one = document.querySelector({json.dumps(selector)}); if (!one) return null;
            one.scrollIntoView({{ block: "center" }}); const r = one.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()""")

    def click(self, selector):
        place = self.box(selector)
        if place is None:
            raise BrowserError(f"there is no {selector} to click")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", {"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1})

    def press(self, key, times=1, modifiers=0):
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40, "ArrowUp": 38, "ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "Escape": 27}
        for _ in range(times):
            facts = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": codes[key], "modifiers": modifiers}
            if key in ("Enter", " "):
                facts["text"] = "\r" if key == "Enter" else " "
            self.send("Input.dispatchKeyEvent", {"type": "keyDown", **facts})
            facts.pop("text", None)
            self.send("Input.dispatchKeyEvent", {"type": "keyUp", **facts})

    def type(self, text):
        self.send("Input.insertText", {"text": text})

    def drop(self, selector, files):
        """Drags real files over an element and lets them fall."""
        place = self.box(selector)
        data = {"items": [], "files": [os.path.abspath(one) for one in files], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.send("Input.dispatchDragEvent", {"type": kind, "x": place[0], "y": place[1], "data": data})

    def choose(self, selector, files):
        """What the system's file dialogue would do."""
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        node = self.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
        self.send("DOM.setFileInputFiles", {"nodeId": node, "files": [os.path.abspath(one) for one in files]})

    def answer_dialog(self, accept=True):
        self.send("Page.handleJavaScriptDialog", {"accept": accept})

    def accessible(self):
        """(role, name) of everything that assistive technology sees."""
        nodes = self.send("Accessibility.getFullAXTree")["nodes"]
        return [(one.get("role", {}).get("value", ""), one.get("name", {}).get("value", ""), one) for one in nodes if not one.get("ignored")]

    def screenshot(self, path, whole=True):
        facts = {"format": "png"}
        if whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            facts.update(captureBeyondViewport=True, clip={"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1})
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.send("Page.captureScreenshot", facts)["data"]))

    def close(self):
        del self.browser.pages[self.session]
        self.browser.send("Target.closeTarget", {"targetId": self.target})
