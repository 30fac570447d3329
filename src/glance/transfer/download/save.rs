//! A download into a file: what is there already, what is kept when it fails, and what a person is told of
//! both.
//!
//! Who receives what is `receive`'s business, and where it is put `target`'s.

use std::rc::Rc;

use super::connections::Receiving;
use super::part_file::{Target, bytes, unwritable};
use super::resume_log::Identity;
use super::snapshot::Subject;
use super::verify::{Check, caveat};
use super::writer::Disk;
use crate::error::{Error, Kind, Result};
use crate::folder_entry::FolderEntry;
use crate::glance::{Glance, Image};

/// How a download is saved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Saving {
    /// A file that is there is replaced, once the new one is whole.
    pub overwrite: bool,
    /// How many connections receive parts of it at once; where nobody says, as many as make it faster, at
    /// most four.
    pub ranges: Option<usize>,
}

impl Glance {
    /// Receives the data into a file: into `TARGET.part`, verified, synced to the disk, then renamed. Returns
    /// how many bytes.
    ///
    /// A run that was killed or gave up is gone on with by the next one, as long as the image is the same.
    /// Zeros are left as holes. Whatever is wrong with the target is found out before the cloud is asked.
    ///
    /// Errors: `usage` (the target exists and `overwrite` is false, or it cannot be written), and those of
    /// [`Glance::download_stream`] and of [`super::Download::chunk`]. Only a cloud that cannot be reached or
    /// a disk that fills leaves a `TARGET.part`.
    pub async fn download(&self, image: &Image, target: FolderEntry, saving: Saving) -> Result<u64> {
        let mut target = Target::claim(target, saving.overwrite)?;
        let subject = Subject::of(self, image).await.inspect_err(|error| {
            if error.kind() == Kind::NotFound {
                target.give_up(&image.id);
            }
        })?;
        let subject = Rc::new(subject);
        if let Some(caveat) = caveat(&subject.image) {
            self.tell(&caveat);
        }
        let mut outcome = Underway::begin(&subject, &mut target)?.run(saving.ranges).await;
        // What an earlier run left may have been damaged since.
        if let Err((error, true)) = &outcome
            && error.kind() == Kind::Integrity
        {
            self.tell(&format!("{}: beginning anew", error.message()));
            target.forget();
            outcome = Underway::begin(&subject, &mut target)?.run(saving.ranges).await;
        }
        let size = outcome.map_err(|(error, _)| error)?;
        target.finish()?;
        Ok(size)
    }
}

/// A file that is being received. Dropped before its end, it keeps what the next run can go on with.
struct Underway<'a> {
    subject: Rc<Subject>,
    target: &'a mut Target,
    disk: Disk,
    /// How much was there before.
    there: u64,
    /// Whether another run may go on with it.
    may_resume: bool,
    is_settled: bool,
}

impl Underway<'_> {
    fn begin<'a>(subject: &Rc<Subject>, target: &'a mut Target) -> Result<Underway<'a>> {
        let Image { name, size, .. } = &subject.image;
        let check = Check::of(&subject.image);
        // Without a hash nobody could say whether what is there is right.
        let may_resume = check.is_some() && size.is_some();
        let (file, there) = target.open(&Identity::of(&subject.image), size.unwrap_or(0), may_resume)?;
        if there > 0 {
            let name = name.as_deref().unwrap_or(&subject.image.id);
            let of = size.map(bytes).unwrap_or_default();
            subject.glance.tell(&format!("{name}: going on with {} of {of}", bytes(there)));
        }
        let disk = Disk::start(file, target.ledger(), there, check)?;
        Ok(Underway { subject: subject.clone(), target, disk, there, may_resume, is_settled: false })
    }

    /// Receives what is missing. An error comes with whether there was anything before.
    async fn run(mut self, ranges: Option<usize>) -> Result<u64, (Error, bool)> {
        let outcome = self.receive(ranges).await;
        self.is_settled = true;
        let was_there = self.there > 0;
        outcome.map_err(|error| (self.settle(error), was_there))
    }

    async fn receive(&mut self, ranges: Option<usize>) -> Result<u64> {
        let path = self.target.part().to_owned();
        let receiving = Receiving::new(&self.subject, &self.disk, &path, self.there, ranges);
        let size = receiving.run().await?;
        let finished = self.disk.finish().await;
        let failed = |error| unwritable(&path, &error, self.disk.missing(Some(size)));
        let verdict = finished.map_err(failed)?;
        verdict.map_err(|error| self.subject.explain_corruption(error))?;
        Ok(size)
    }

    /// Keeps what there is where that makes sense after the error, which then says so.
    fn settle(&mut self, error: Error) -> Error {
        let may_pass =
            matches!(error.kind(), Kind::Unavailable | Kind::Limit | Kind::Unauthorized | Kind::Usage);
        let Some(kept) = may_pass.then(|| self.keep()).flatten() else { return error };
        let advice = match (error.kind(), error.advice_text()) {
            (Kind::Usage | Kind::Unauthorized, Some(advice)) => {
                format!("{advice}, then run it again: {kept}")
            }
            // No request failed but this machine, as where it has no more threads.
            (_, Some(advice)) if error.op_name().is_none() => format!("{advice}, then run it again: {kept}"),
            _ => format!("run it again: {kept}"),
        };
        error.advice(advice)
    }

    /// Keeps what there is, if the next run can go on with it; says so.
    fn keep(&mut self) -> Option<String> {
        let front = self.disk.front();
        if !self.may_resume || front == 0 {
            return None;
        }
        self.target.keep();
        let of = self.subject.image.size.map(bytes).unwrap_or_default();
        Some(format!("it goes on with the {} of {of} in {}", bytes(front), self.target.part().display()))
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        if !self.is_settled
            && let Some(kept) = self.keep()
        {
            self.subject.glance.tell(&format!("the download was stopped; run it again: {kept}"));
        }
    }
}
