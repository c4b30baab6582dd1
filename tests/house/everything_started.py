"""What test_killed_run.py kills; not collected by itself. Starts all that tests start, says so, and waits."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

import aftermath
from browser_site import CHROMIUM, FLAGS, Site
from served_app import wait_until
from shared_run import SharedRun


@pytest.mark.usefixtures("mariadb_server", "mysql_server", "event_broker", "small_disk")
def test_all_is_started(tmp_path: Path, shared_run: SharedRun) -> None:
    site = Site(tmp_path / "home")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        browser.new_page()
        site.spawn()
        wait_until((site.home / "pids.json").exists, 120)
        marks = (os.environ[aftermath.MARK], shared_run.mark)
        written = Path(os.environ["STARTED"]).with_suffix(".writing")
        written.write_text("\n".join(marks))
        written.rename(os.environ["STARTED"])
        signal.pause()
