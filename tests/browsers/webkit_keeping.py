#!/usr/bin/python3
"""A browser around WebKitGTK that WebKitWebDriver can drive and that keeps what is stored in it, run by the system's
Python, which alone has the bindings (Debian: python3-gi, gir1.2-webkit2-4.1)."""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402


def main(profile):
    manager = WebKit2.WebsiteDataManager(
        base_data_directory=f"{profile}/kept", base_cache_directory=f"{profile}/cached"
    )
    context = WebKit2.WebContext(website_data_manager=manager)
    context.set_automation_allowed(True)

    def open_view(_):
        view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
        window = Gtk.Window(default_width=360, default_height=740)
        window.add(view)
        window.show_all()
        return view

    def driven(_, session):
        information = WebKit2.ApplicationInfo()
        information.set_name("keeping")
        session.set_application_info(information)
        session.connect("create-web-view", open_view)

    context.connect("automation-started", driven)
    Gtk.main()


if "--look" not in sys.argv:
    main(next(each.partition("=")[2] for each in sys.argv if each.startswith("--profile=")))
