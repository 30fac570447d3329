//! Long work shows: a bar on a terminal, a line every so often where there is none, all on stderr.
//!
//! Short work shows nothing. What is printed meanwhile goes through [`aside`], so that bars and words do not
//! mix.

pub(in crate::cli) mod rate;
pub(in crate::cli) mod terminal;

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use self::rate::{Course, Unit};
use self::terminal::Screen;
use super::sanitize::visible;
use crate::cli::output;
use crate::secrets;

/// How long work takes at least that gets a bar.
const BAR_AFTER: Duration = Duration::from_millis(500);

/// How long work takes at least that gets a line; the next ones take twice as long each.
const LINE_AFTER: Duration = Duration::from_secs(10);

/// The longest time between two lines.
const LINE_EVERY: Duration = Duration::from_mins(5);

/// How much of a label is shown, in characters.
const LABEL: usize = 40;

/// The narrowest terminal, in columns, that has room for a bar beside label and words.
const ROOM: u16 = 90;

/// How often bars are drawn, in a second.
const FRAMES: u8 = 10;

/// All bars on the terminal, once there was one.
static BARS: OnceLock<MultiProgress> = OnceLock::new();

/// Begins to show work; what is returned is told how far it is, and dropped when it is over.
pub(crate) fn begin(label: &str, unit: Unit) -> Rc<dyn Fn(u64, Option<u64>)> {
    let shows = if io::stderr().is_terminal() {
        Shows::Bar(None)
    } else {
        Shows::Lines(Lines::new(&secrets::hide_distinct(label)))
    };
    let label = shorten(&secrets::hide_distinct(label));
    let work = RefCell::new(Work { label, began: Instant::now(), course: Course::new(unit), shows });
    Rc::new(move |done, total| work.borrow_mut().tell(done, total))
}

/// Prints something while no bar is in its way; the bars are back when one of them moves.
pub(in crate::cli) fn aside<T>(print: impl FnOnce() -> T) -> T {
    if let Some(bars) = BARS.get() {
        // A terminal that is gone has no bars either.
        let _ = bars.clear();
    }
    print()
}

/// Work under way.
struct Work {
    label: String,
    began: Instant,
    course: Course,
    shows: Shows,
}

enum Shows {
    /// On a terminal, once it takes long enough.
    Bar(Option<ProgressBar>),
    /// Elsewhere.
    Lines(Lines),
}

impl Work {
    fn tell(&mut self, done: u64, total: Option<u64>) {
        let elapsed = self.began.elapsed();
        let words = self.course.words(elapsed, done, total);
        match &mut self.shows {
            Shows::Bar(None) if elapsed < BAR_AFTER => {}
            Shows::Bar(bar) => {
                let bar = bar.get_or_insert_with(|| new_bar(&self.label, total));
                // Without a bar there is but one text, which is cut where the line ends.
                bar.set_message(if bar.length().is_some() {
                    words
                } else {
                    format!("{}: {words}", self.label)
                });
                bar.set_position(done);
            }
            Shows::Lines(lines) => {
                if let Some(line) = lines.line(elapsed, &words) {
                    output::remark(&line);
                }
            }
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let (Shows::Bar(Some(bar)), Some(bars)) = (&self.shows, BARS.get()) {
            bar.finish_and_clear();
            bars.remove(bar);
        }
    }
}

/// A bar, where there is a total and room for it; else a place for words.
fn new_bar(label: &str, total: Option<u64>) -> ProgressBar {
    let bars = BARS.get_or_init(|| {
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(Screen::default()), FRAMES);
        MultiProgress::with_draw_target(target)
    });
    let total = total.filter(|_| Screen::default().width() >= ROOM);
    let template = if total.is_some() { "{prefix} {wide_bar} {msg}" } else { "{wide_msg}" };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let bar = bar.with_style(style.progress_chars("━╸ ")).with_prefix(label.to_owned());
    bars.add(bar)
}

/// The lines of one piece of work: the first after a while, each later than the one before.
struct Lines {
    label: String,
    next: Duration,
}

impl Lines {
    fn new(label: &str) -> Lines {
        Lines { label: lower(label), next: LINE_AFTER }
    }

    /// The line that is due by now, if one is.
    fn line(&mut self, elapsed: Duration, words: &str) -> Option<String> {
        if elapsed < self.next {
            return None;
        }
        self.next = elapsed + elapsed.min(LINE_EVERY);
        Some(format!("{}: {words}", self.label))
    }
}

/// A label as it stands before a colon.
fn lower(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

/// A label that leaves room for a bar, on one line: names come from others.
fn shorten(label: &str) -> String {
    let label = visible(label).replace(['\n', '\t'], " ");
    match label.char_indices().nth(LABEL) {
        Some((end, _)) => format!("{}…", &label[..end]),
        None => label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_late_and_ever_later_and_never_for_short_work() {
        let mut lines = Lines::new("Uploading pfsense");
        let due = (0..4000).filter(|second| lines.line(Duration::from_secs(*second), "").is_some());
        let due: Vec<u64> = due.collect();
        assert_eq!(
            due,
            [10, 20, 40, 80, 160, 320, 620, 920, 1220, 1520, 1820, 2120, 2420, 2720, 3020, 3320, 3620, 3920]
        );
    }

    #[test]
    fn a_line_begins_small_and_a_label_stays_on_its_line() {
        let line = Lines::new("Uploading pfsense").line(LINE_AFTER, "40 s");
        assert_eq!(line.as_deref(), Some("uploading pfsense: 40 s"));
        assert_eq!(shorten("Uploading a\nb\u{1b}[2J"), r"Uploading a b\u{1b}[2J");
        assert_eq!(shorten(&"é".repeat(50)).chars().count(), LABEL + 1);
    }
}
