#!/usr/bin/env python3
"""The dashboard in a real browser, against the real program: `Tests/Dashboard/run.py PROGRAM [--screenshots DIRECTORY]`.

Needs Python 3.9 and Chromium (apt install chromium), nothing else; without a browser it says so and ends with status 0.
Every line is a claim; the exit status is 1 if one of them is wrong.
"""

import argparse
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from browser import Browser, BrowserError, find_browser

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VIEWS = ["#/datasets", "#/datasets/cells", "#/train", "#/train/cells", "#/jobs", "#/models", "#/models/cells", "#/classify", "#/nowhere"]

# The contrast of every visible text with what lies behind it; WCAG 2.2 success criterion 1.4.3 asks for 4.5.
CONTRAST = """(() => {
  const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const paint = (colours) => { context.clearRect(0, 0, 1, 1); for (const one of colours) { context.fillStyle = one; context.fillRect(0, 0, 1, 1); } return [...context.getImageData(0, 0, 1, 1).data]; };
  const light = (rgb) => { const [r, g, b] = rgb.map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const weak = [];
  for (const one of document.querySelectorAll("body *")) {
    const text = [...one.childNodes].filter((node) => node.nodeType === 3 && node.textContent.trim() !== "").map((node) => node.textContent.trim()).join(" ");
    if (text === "" || one.closest(".visually-hidden, .skip, noscript, option, svg title, script") || one.matches(":disabled") || !one.checkVisibility()) continue;
    const chain = [];
    for (let node = one; node; node = node.parentElement) chain.unshift(getComputedStyle(node).backgroundColor);
    const style = getComputedStyle(one);
    const behind = paint(["white", ...chain]), front = paint(["white", ...chain, one instanceof SVGElement ? style.fill : style.color]);
    const [a, b] = [light(behind.slice(0, 3)), light(front.slice(0, 3))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(`${one.tagName.toLowerCase()} "${text.slice(0, 30)}" ${ratio.toFixed(2)}`);
  }
  return weak;
})()"""


class Service:
    """The program under test on a folder of its own."""

    def __init__(self, program, folder):
        self.program, self.folder, self.port, self.process = program, folder, 0, None

    def start(self):
        log = open(os.path.join(self.folder, "service.log"), "a", encoding="utf-8")
        self.process = subprocess.Popen(
            [self.program, "serve", "--port", str(self.port), "--data", os.path.join(self.folder, "data"), "--public", os.path.join(ROOT, "Public")],
            stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self.port = self.port or self._printed_port()
            try:
                if self.port and self.ask("/readyz")["status"] == "ready":
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit(f"the service did not start; see {self.folder}/service.log")

    def _printed_port(self):
        with open(os.path.join(self.folder, "service.log"), encoding="utf-8") as file:
            for word in file.read().replace('"', " ").split():
                if word.startswith("http://127.0.0.1:"):
                    return int(word.split(":")[2].split("/")[0].strip(".,;"))
        return 0

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.load(answer)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Tour:
    """The claims, in the order in which a newcomer would meet them."""

    def __init__(self, browser, service, folder, screenshots):
        self.browser, self.service, self.folder, self.screenshots = browser, service, folder, screenshots
        self.base = f"http://127.0.0.1:{service.port}/"
        self.page = browser.page()
        self.cells = os.path.join(folder, "cells")

    # How the claims are written

    def expect(self, truth, what):
        if not truth:
            raise AssertionError(what)

    def view(self, address, page=None):
        page = page or self.page
        page.go(self.base + "openapi.json")  # leaves the page, so that the view begins anew
        page.go(self.base + address)
        page.wait("document.querySelector('main h1') && !document.querySelector('main').hasAttribute('aria-busy')")

    def field(self, label):
        """A selector of the field under a label."""
        found = self.page.run(f"[...document.querySelectorAll('label')].find((one) => one.textContent === {json.dumps(label)})?.htmlFor")
        self.expect(found, f"there is no field '{label}'")
        return f"#{found}"

    def fill(self, label, value):
        self.page.run(f"""(() => {{ const field = document.querySelector({json.dumps(self.field(label))}); field.value = {json.dumps(value)};
            field.dispatchEvent(new Event("change", {{ bubbles: true }})); }})()""")

    def press(self, text, page=None):
        pressed = (page or self.page).run(f"""(() => {{ const one = [...document.querySelectorAll("button, summary")].find((one) => one.textContent === {json.dumps(text)});
            one?.click(); return Boolean(one); }})()""")
        self.expect(pressed, f"there is no button '{text}'")

    def says(self, text, timeout=15, page=None):
        (page or self.page).wait(f"document.querySelector('main').innerText.includes({json.dumps(text)})", timeout, f"the page says '{text}'")

    def picture(self, name):
        if self.screenshots:
            self.page.screenshot(os.path.join(self.screenshots, f"{name}.png"))

    def submit(self, epochs, **fields):
        self.view("#/train/cells")
        self.press("More choices")
        for label, value in {"Method": "plain_distillation", "Epochs, at most": epochs, "Picture side (pixels)": 32, "Batch size": 8, "Initial weights": "",
                             "Patience (epochs)": 1000, **fields}.items():
            self.fill(label, str(value))
        self.press("Start training")
        self.page.wait("location.hash.startsWith('#/jobs/')")
        return self.page.run("location.hash.slice('#/jobs/'.length)")

    # The claims

    def an_empty_service_says_what_to_do(self):
        """an empty service tells a newcomer what to do first"""
        self.view("")
        self.says("There is no dataset yet")
        for address, words in (("#/train", "nothing to learn from"), ("#/jobs", "no job yet"), ("#/models", "no model yet"), ("#/classify", "no model yet")):
            self.view(address)
            self.says(words)

    def keyboard_makes_a_dataset(self):
        """a dataset is made with the keyboard alone, and a bad name is told at its field"""
        self.view("#/datasets")
        self.page.press("Tab")
        self.expect(self.page.run("document.activeElement.className") == "skip", "the first stop is the skip link")
        self.page.press("Enter")
        for _ in range(3):
            self.page.press("Tab")
            if self.page.run("document.activeElement.tagName") == "INPUT":
                break
        self.page.type("no/name")
        self.page.press("Enter")
        self.says("is not a name")
        self.expect(self.page.run("document.activeElement.getAttribute('aria-invalid')") == "true", "the focus is on the wrong field")
        self.page.run("document.activeElement.select()")
        self.page.type("cells")
        self.page.press("Tab", 2)
        self.page.type("stained cells")
        self.page.press("Enter")
        self.page.wait("location.hash === '#/datasets/cells'")
        self.says("stained cells")

    def drop_labelled(self):
        """pictures dropped with a label are stored with it"""
        self.view("#/datasets/cells")
        for name in sorted(os.listdir(os.path.join(self.cells, "labelled"))):
            self.fill("Label", name)
            files = sorted(glob.glob(os.path.join(self.cells, "labelled", name, "*")))
            self.page.drop(".drop", files)
            self.says(f"{len(files)} pictures stored, labelled {name}.", 60)
        self.expect(self.service.ask("/v1/datasets/cells")["counts"]["labelled"] == 32, "8 pictures of each of 4 classes are labelled")

    def drop_unlabelled(self):
        """pictures dropped without a label are stored, and a text named .jpg is refused in words"""
        false = os.path.join(self.folder, "false.jpg")
        with open(false, "w", encoding="ascii") as file:
            file.write("this is no picture")
        self.fill("Label", "")
        self.page.drop(".drop", sorted(glob.glob(os.path.join(self.cells, "unlabelled", "*"))) + [false])
        self.says("24 pictures stored, without a label.", 60)
        self.says("1 file was not taken")
        self.says("false.jpg: Not a picture")
        self.picture("dataset")

    def names_may_repeat(self):
        """a file whose name is taken by another picture is stored under another name"""
        twin = os.path.join(self.folder, "twin")
        os.makedirs(twin)
        one, other = sorted(glob.glob(os.path.join(self.cells, "test", "monocyte", "*")))[:2]
        shutil.copy(one, os.path.join(twin, "same.jpg"))
        self.fill("Label", "monocyte")
        self.fill("Used for", "test")
        self.page.choose("input[type=file]", [os.path.join(twin, "same.jpg")])
        self.says("1 picture stored")
        shutil.copy(other, os.path.join(twin, "same.jpg"))
        self.page.choose("input[type=file]", [os.path.join(twin, "same.jpg")])
        self.says("1 got another name")
        for name in ("eosinophil", "lymphocyte", "neutrophil"):
            self.fill("Label", name)
            self.page.choose("input[type=file]", sorted(glob.glob(os.path.join(self.cells, "test", name, "*")))[:3])
            self.says(f"3 pictures stored, labelled {name}")

    def labels_change(self):
        """a label is changed where the picture is shown"""
        self.view("#/datasets/cells")
        self.page.wait("document.querySelector('.thumbs select')")
        self.page.run("""(() => { const field = document.querySelector(".thumbs select"); field.value = "monocyte"; field.dispatchEvent(new Event("change")); })()""")
        self.page.wait("document.getElementById('announcer').textContent.endsWith(': monocyte')")
        self.expect(self.service.ask("/v1/datasets/cells")["counts"]["labelled"] == 44, "one more picture is labelled")

    def check_before_training(self):
        """the check before training freezes a revision and tells what it found"""
        self.press("Check now")
        self.says("Revision 1")

    def form_faults(self):
        """what the service refuses is told at its field, all at once, and the first one has the focus"""
        self.view("#/train/cells")
        self.press("More choices")
        self.fill("Epochs, at most", "99999")
        self.fill("Picture side (pixels)", "7")
        self.fill("Weight decay", "much")
        self.press("Start training")
        self.page.wait("document.querySelectorAll('.field .fault').length === 3")
        self.expect(self.page.run("document.activeElement.value") == "7", "the focus is on the first wrong field")
        self.says("Picture side (pixels): ")
        self.picture("train-faults")

    def live_training(self):
        """a training shows its progress and curves while it runs; a reload in the middle and a second tab show the same"""
        self.job = self.submit(8)
        self.page.wait("document.querySelectorAll('main svg.chart').length === 2", 60, "two curves")
        seen = self.page.run("document.querySelectorAll('circle.dot').length")
        self.page.wait(f"document.querySelectorAll('circle.dot').length > {seen}", 30, "the curves grow")
        self.picture("job-running")
        self.page.reload()
        second = self.browser.page()
        self.view(f"#/jobs/{self.job}", second)
        self.page.wait("document.querySelector('.badge.succeeded')", 120, "the job ends")
        self.says("One picture takes")
        self.says("One picture takes", page=second)
        for page in (self.page, second):
            page.wait("document.querySelectorAll('main svg.chart').length === 2")
            self.browser.listen(0.3)
        self.expect(self.page.text() == second.text(), "both tabs show the same")
        history = self.service.ask(f"/v1/jobs/{self.job}/metrics")["items"]
        dots = self.page.run("[...document.querySelectorAll('svg.chart')].at(-1).querySelectorAll('circle.dot').length")
        self.expect(dots == len([one for one in history if "validation_macro_f1" in one["metrics"]]), "each epoch is drawn once")
        self.picture("job-done")
        second.close()

    def report_tables(self):
        """the report shows float against int8, each class and the confusion matrix as the service measured them"""
        report = self.service.ask(f"/v1/jobs/{self.job}/report")
        measures = report["student"]["measures"]
        cells = self.page.run("[...document.querySelectorAll('.confusion tbody tr')].map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.innerText)))")
        self.expect(cells == measures["confusion"]["counts"], "the confusion matrix")
        for one in measures["per_class"]:
            self.says(f"{one['f1']:.3f}")
        for name in ("float", "int8"):
            self.says(f"{report['precisions'][name]['file_bytes'] / 1e6:.2f} MB")

    def many_tabs(self):
        """more tabs than a browser has connections: hidden ones give theirs back, and the last one still loads"""
        job = self.submit(1000)
        pages = []
        for _ in range(7):
            page = self.browser.page()
            pages.append(page)
            self.view(f"#/jobs/{job}", page)
            page.run("Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))")
        self.view("#/jobs")
        self.says("running")
        for page in pages:
            page.close()
        self.view(f"#/jobs/{job}")
        self.long_job = job

    def restart(self):
        """a restart of the service in the middle is told and overcome without a reload"""
        self.page.wait("document.querySelector('main svg.chart')", 60)
        self.service.stop()
        self.says("The connection to the service is lost")
        self.service.start()
        self.page.wait("!document.querySelector('main').innerText.includes('is lost')", 30, "the connection is back")
        self.page.wait("document.querySelector('.badge.running') && document.querySelector('.progress progress')", 60, "the job goes on")
        self.expect(self.service.ask(f"/v1/jobs/{self.long_job}")["state"] == "running", "the job runs again")

    def cancel(self):
        """a running job is cancelled, goes on from its checkpoint, is cancelled again and deleted"""
        self.press("Cancel")
        self.page.wait("document.querySelector('.badge.cancelled')", 30)
        self.press("Go on from the last checkpoint")
        self.page.wait("document.querySelector('.badge.running')", 30)
        self.press("Cancel")
        self.page.wait("document.querySelector('.badge.cancelled')", 30)
        self.page.run("confirm = () => true")
        self.press("Delete this job")
        self.page.wait("location.hash === '#/jobs'")
        self.says("Training · cells")
        self.expect(len(self.service.ask("/v1/jobs")["items"]) == 1, "the deleted job is gone")

    def classify(self):
        """a dropped picture is classified with each class's probability, the places that speak for it are shown, and what is no picture is refused in words"""
        self.view("#/models/cells")
        picture = sorted(glob.glob(os.path.join(self.cells, "test", "monocyte", "*")))[0]
        self.page.drop(".drop", [picture, os.path.join(self.folder, "false.jpg")])
        self.page.wait("document.querySelectorAll('.answers .card').length === 2 && !document.querySelector('main').innerText.includes('asking …')")
        shares = self.page.run("[...document.querySelectorAll('.bars .number')].map((one) => parseFloat(one.innerText))")
        self.expect(len(shares) == 4 and abs(sum(shares) - 100) < 0.3 and shares == sorted(shares, reverse=True), f"4 probabilities, the likeliest first: {shares}")
        self.says("Not a picture")
        self.press("Show where")
        self.page.wait("document.querySelector('.answers img.preview')?.naturalWidth > 0")
        self.expect("speak for" in self.page.run("document.querySelector('.answers img.preview').alt"), "the overlay says what it shows")
        self.picture("model")

    def alias(self):
        """an alias is pointed at a version"""
        self.press("Point it at the chosen version")
        self.says("production now answers with version 1.")
        self.expect(self.service.ask("/v1/models/cells/aliases")["production"] == 1, "the alias stands")

    def int8_again(self):
        """a model's int8 form is made again from its page, and becomes the next version"""
        self.view("#/models/cells")
        self.press("Quantise again")
        self.page.wait("location.hash.startsWith('#/jobs/')", 30)
        self.page.wait("document.querySelector('.badge.succeeded')", 120, "the quantisation ends")
        self.says("cells, version 2")
        self.says("Float against int8")
        self.picture("int8-again")
        self.view("#/models/cells")
        self.says("Float part of version")

    def names_for_all(self):
        """in every view, everything that can be operated has a name and a role, and there is one first heading"""
        roles = {"button", "link", "textbox", "combobox", "checkbox", "listbox", "progressbar", "img", "spinbutton", "DisclosureTriangle"}
        for address in VIEWS + [f"#/jobs/{self.job}"]:
            self.view(address)
            self.browser.listen(0.3)
            tree = self.page.accessible()
            nameless = [role for role, name, _ in tree if role in roles and name.strip() == ""]
            self.expect(not nameless, f"{address}: nameless {nameless}")
            self.expect(self.page.run("document.querySelectorAll('h1').length") == 1, f"{address}: one h1")

    def readable(self):
        """every view fits a phone of 360 pixels, and every text has a contrast of at least 4.5, in light and in dark"""
        for scheme in ("light", "dark"):
            self.page.scheme(scheme)
            for width in (360, 1200):
                self.page.resize(width, 900)
                for address in VIEWS + [f"#/jobs/{self.job}"]:
                    self.view(address)
                    self.browser.listen(0.2)
                    wide = self.page.run("document.documentElement.scrollWidth")
                    self.expect(wide <= width, f"{address} at {width} pixels is {wide} wide")
                    weak = self.page.run(CONTRAST)
                    self.expect(not weak, f"{address} in {scheme}: {weak[:5]}")
                    if width == 360 and scheme == "dark":
                        self.picture("phone-" + address.strip("#/").replace("/", "-"))
        self.page.scheme("light")
        self.page.resize(1200, 900)

    def unknown(self):
        """what does not exist is told as such"""
        for address in ("#/datasets/none", "#/jobs/01M844YWGD4Y991VTZR4SCVGN2", "#/models/none"):
            self.view(address)
            self.page.wait("document.querySelector('.notice.bad')?.innerText.toLowerCase().includes('there is no')")

    def nothing_foreign(self):
        """no script was stopped, none failed, and nothing was asked of any other server"""
        expected = ("status of 4", "net::ERR_CONNECTION_REFUSED", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "status of 503", "net::ERR_EMPTY_RESPONSE", "net::ERR_CONNECTION_RESET")
        faults = [one for one in self.page.faults if not (one.startswith("network:") and any(part in one for part in expected))]
        self.expect(not faults, "; ".join(faults[:5]))
        foreign = [one for one in self.page.requests if not one.startswith((self.base, "data:", "blob:", "about:"))]
        self.expect(not foreign, str(foreign[:5]))

    claims = [an_empty_service_says_what_to_do, keyboard_makes_a_dataset, drop_labelled, drop_unlabelled, names_may_repeat, labels_change, check_before_training,
              form_faults, live_training, report_tables, many_tabs, restart, cancel, classify, alias, int8_again, names_for_all, readable, unknown, nothing_foreign]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the built aliquot")
    parser.add_argument("--screenshots", help="a folder for pictures of the pages")
    options = parser.parse_args()
    program = find_browser()
    if program is None:
        print("the dashboard in a browser: skipped, no Chromium is installed (apt install chromium)")
        return 0
    if options.screenshots:
        os.makedirs(options.screenshots, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="aliquot-dashboard-")
    subprocess.run([options.program, "sample", os.path.join(folder, "cells"), "--labelled", "8", "--unlabelled", "24", "--test", "4", "--side", "64"],
                   check=True, stdout=subprocess.DEVNULL)
    service = Service(os.path.abspath(options.program), folder)
    service.start()
    wrong = 0
    browser = Browser(program)
    try:
        tour = Tour(browser, service, folder, options.screenshots)
        for claim in Tour.claims:
            started = time.monotonic()
            try:
                claim(tour)
            except (AssertionError, BrowserError, OSError) as error:
                wrong += 1
                print(f"✘ {claim.__doc__}\n    {error}", flush=True)
            else:
                print(f"✔ {claim.__doc__} ({time.monotonic() - started:.1f} s)", flush=True)
    finally:
        browser.close()
        service.stop()
    if wrong:
        print(f"{wrong} of {len(Tour.claims)} claims about the dashboard are wrong; the service's log: {folder}/service.log")
        return 1
    shutil.rmtree(folder)
    print(f"the dashboard: all {len(Tour.claims)} claims hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
