//! How far sending has come: a bar on a terminal, lines elsewhere.

use std::{cell::Cell, io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

use super::super::note;

pub(super) struct Progress {
    /// On a terminal.
    bar: Option<ProgressBar>,
    done: Cell<u64>,
    all: u64,
}

impl Progress {
    pub fn new(all: u64) -> Self {
        let style = || ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(all).with_style(style()));
        if let Some(bar) = &bar {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { bar, done: Cell::new(0), all }
    }

    /// So many lines more are done.
    pub fn add(&self, lines: u64) {
        self.done.set(self.done.get() + lines);
        match &self.bar {
            Some(bar) => bar.inc(lines),
            // What is done in one go needs no word in between.
            None if lines < self.all => note(&format!("lines done: {} of {}", self.done.get(), self.all)),
            None => {}
        }
    }

    /// Prints something without tearing the bar.
    pub fn beside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
