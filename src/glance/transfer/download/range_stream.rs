//! The bytes of an image from one place to another, in order, however often the connection breaks meanwhile.
//!
//! Knows nothing of hashes and files. What is cut off is asked for again from where it broke; a server that
//! sends all of it instead is read past what is there already.
//!
//! Resumption does not make a slow cloud fast: an answer is refused that brings fewer than [`FEWEST_BYTES`]
//! in the time of `--timeout`, and only so many new bytes make up for connections that broke before. Without
//! them the download ends after a few attempts, each of which takes at most that time.

use std::rc::Rc;

use super::snapshot::{Answer, Subject};
use crate::error::{Error, Kind, Result};
use crate::http::{Bytes, FEWEST_BYTES};

/// A stretch of an image's data on its way.
pub(super) struct Parts {
    subject: Rc<Subject>,
    /// The place of the next byte that is handed out.
    position: u64,
    /// The place after the last byte; `None` where nobody knows it.
    end: Option<u64>,
    answer: Option<Answer>,
    /// What was received and not handed out yet.
    rest: Bytes,
    /// How often the connection broke since there was progress.
    setbacks: u32,
    /// The place of the next byte at the first of these.
    stuck: u64,
    /// Whether the cloud has answered at all.
    is_begun: bool,
}

impl Parts {
    /// The data from `start` to before `end`; asks for nothing yet.
    pub(super) fn new(subject: &Rc<Subject>, start: u64, end: Option<u64>) -> Parts {
        Parts {
            subject: subject.clone(),
            position: start,
            end,
            answer: None,
            rest: Bytes::new(),
            setbacks: 0,
            stuck: start,
            is_begun: false,
        }
    }

    /// The place of the next byte.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The place after the last byte, where it is known.
    pub(super) fn end(&self) -> Option<u64> {
        self.end
    }

    /// Whether the data that were asked for have all been handed out.
    pub(super) fn is_spent(&self) -> bool {
        self.end == Some(self.position)
    }

    /// Asks for the data, unless they are on their way. Errors: those of [`Subject::ask`].
    pub(super) async fn open(&mut self) -> Result<&mut Answer> {
        let answer = match self.answer.take() {
            Some(answer) => answer,
            None => self.subject.ask(self.position, self.end).await?,
        };
        self.is_begun = true;
        if answer.is_whole {
            self.end = self.subject.image.size.or(answer.total);
        }
        Ok(self.answer.insert(answer))
    }

    /// The next bytes, none of them at or behind `limit`; `None` at the end, or at the limit.
    ///
    /// Errors: `unavailable` (cut off again and again with hardly anything new), `not_found` and `conflict`
    /// (another image in the meantime), and those of [`Subject::ask`].
    pub(super) async fn chunk(&mut self, limit: u64) -> Result<Option<Bytes>> {
        while self.rest.is_empty() {
            if self.is_at_end() || self.position >= limit {
                return Ok(None);
            }
            match self.receive().await {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(error) => self.bear(error).await?,
            }
        }
        let room = usize::try_from(limit - self.position).unwrap_or(usize::MAX);
        let part = self.rest.split_to(room.min(self.rest.len()));
        self.position += part.len() as u64;
        Ok(Some(part).filter(|part| !part.is_empty()))
    }

    /// Whether all is handed out. An image of no bytes is asked for once, to see whether it has data.
    fn is_at_end(&self) -> bool {
        self.is_spent() && (self.is_begun || self.position > 0)
    }

    /// Receives the next bytes; false at the end of data whose size nobody knows.
    async fn receive(&mut self) -> Result<bool> {
        let answer = self.open().await?;
        let Some(mut part) = answer.response.chunk().await? else {
            return match self.end {
                Some(end) if self.position < end => Err(self.early_end_error(end)),
                _ => Ok(false),
            };
        };
        let surplus = answer.surplus.min(part.len() as u64);
        answer.surplus -= surplus;
        drop(part.split_to(usize::try_from(surplus).unwrap_or_default()));
        if let Some(end) = self.end {
            part.truncate(usize::try_from(end - self.position).unwrap_or(usize::MAX));
        }
        if self.position + part.len() as u64 >= self.stuck + FEWEST_BYTES {
            self.setbacks = 0;
        }
        self.rest = part;
        Ok(true)
    }

    /// Waits after a setback, and makes sure that going on makes sense. Errors: the setback's own, where it
    /// does not.
    async fn bear(&mut self, error: Error) -> Result<()> {
        // Before anything came, the request was repeated as any other.
        if !self.is_begun || error.kind() != Kind::Unavailable {
            return Err(error);
        }
        self.answer = None;
        if self.setbacks == 0 {
            self.stuck = self.position;
        }
        self.setbacks += 1;
        let Some(pause) = self.subject.glance.session().door().pause(self.setbacks) else {
            let (message, attempts, came) = (error.message(), self.setbacks, self.position - self.stuck);
            let came = if came == 0 { "nothing".to_owned() } else { format!("only {came} bytes") };
            let message = format!("{message}; {attempts} attempts brought {came} after byte {}", self.stuck);
            return Err(error.with_message(message));
        };
        tokio::time::sleep(pause).await;
        match self.subject.check_unchanged().await {
            Err(error) if error.kind() != Kind::Unavailable => Err(error),
            // A cloud that is not there now may be there after the next pause, which the next setback brings.
            _ => Ok(()),
        }
    }

    fn early_end_error(&self, end: u64) -> Error {
        let message = format!("the data ended after {} of {end} bytes", self.position);
        Error::new(Kind::Unavailable, message).op(self.subject.op()).advice("try again")
    }
}
