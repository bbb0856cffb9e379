"""Take the pictures of a report that the README and the manual show: python docs/screenshots.py INDEX.html OUT_DIR.

Needs Chromium and its driver; drawn in software, so any machine will do.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

PICTURES = {  # name -> width, height, pixel ratio, what to do first
    "map": (1600, 1000, 1, ""),
    "coverage": (1600, 1000, 1, "document.querySelector('input[name=coverage][value=speed]').click()"),
    "costs": (1600, 1000, 1, "document.getElementById('costs').scrollIntoView()"),
    "place": (1600, 1000, 1, "allreach.openPlace(0)"),
    "phone": (390, 844, 2, ""),
    "stand": (3840, 2160, 1, ""),
}
ARGUMENTS = ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--use-gl=angle", "--use-angle=swiftshader")


def main(report: Path, out: Path) -> None:
    """Write one PNG a picture."""
    out.mkdir(parents=True, exist_ok=True)
    options = webdriver.ChromeOptions()
    for argument in (*ARGUMENTS, "--enable-unsafe-swiftshader", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.binary_location = shutil.which("chromium") or ""
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        for name, (width, height, ratio, script) in PICTURES.items():
            metrics = {"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": width < 600}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            browser.get(report.resolve().as_uri())
            WebDriverWait(browser, 120).until(lambda b: b.execute_script("return document.body.dataset.ready"))
            browser.execute_script(script)
            WebDriverWait(browser, 60).until(lambda b: b.execute_script("return allreach.map.loaded()"))
            browser.execute_async_script("setTimeout(arguments[0], 1500)")
            browser.save_screenshot(str(out / f"{name}.png"))
    finally:
        browser.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
