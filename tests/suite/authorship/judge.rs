//! Carries out what a seed draws, and judges what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::ground::{Ground, Snapshot, Who};
use super::place::{Place, Running, TASK};
use super::sequence::{Deed, End, Id, Run, Sequence, There};
use crate::world::Told;

/// How long a run may take to send a request that a signal waits for.
const TO_ARRIVE: Duration = Duration::from_secs(4);

/// The statuses of an image without its data.
const WITHOUT_DATA: [&str; 4] = ["queued", "saving", "uploading", "importing"];

/// What is going on.
struct Trial<'a> {
    ground: &'a Ground,
    sequence: &'a Sequence,
    place: Place<'a>,
    /// The images that exist: who sees them as they are.
    before: BTreeMap<String, (Who, Snapshot)>,
    /// The ID that is given, for every run the same.
    given: String,
    /// Images of runs that went well, or whose data are whole.
    accepted: BTreeSet<String>,
    /// Images that may remain because a message named them.
    named: BTreeSet<String>,
    /// Images that a killed run has left.
    of_killed: BTreeSet<String>,
    /// Images without data whose answer a killed run may have had: it may have completed them.
    complete: BTreeSet<String>,
    /// What was said, for whoever looks into a failure.
    said: String,
}

/// Tries a sequence; the error says what is wrong.
pub(crate) fn judge(ground: &Ground, sequence: &Sequence) -> Result<(), String> {
    let mut trial = Trial::new(ground, sequence);
    let verdict = trial.run();
    verdict.map_err(|why| format!("  WRONG: {why}\n{}", trial.said))
}

impl<'a> Trial<'a> {
    fn new(ground: &'a Ground, sequence: &'a Sequence) -> Trial<'a> {
        let place = Place::new(ground, &sequence.seed.to_string());
        let prefix = &place.prefix;
        let owner =
            if matches!(sequence.there, There::Hidden | There::Shared) { Who::Bob } else { Who::Alice };
        let fields = json!({
            "name": format!("{prefix}-there"), "disk_format": "raw", "container_format": "bare",
            "visibility": if sequence.there == There::Hidden { "private" } else { "shared" },
            "protected": sequence.there == There::Protected,
        });
        let data = (sequence.there != There::Queued).then_some("precious data");
        let there = ground.make(owner, &fields, data);
        let source = ground.make(
            Who::Alice,
            &json!({ "name": format!("{prefix}-source"), "disk_format": "raw", "container_format": "bare" }),
            Some(&sequence.data),
        );
        let shared_with = match sequence.there {
            There::Shared => Some(Who::Alice),
            There::Hidden => None,
            _ => sequence.is_member.then_some(Who::Bob),
        };
        if let Some(who) = shared_with {
            let member = json!({ "member": ground.project(who) });
            ground.ask(owner, "POST", &format!("/v2/images/{there}/members")).json(&member).send();
        }
        if sequence.is_member {
            let member = json!({ "member": ground.project(Who::Bob) });
            ground.ask(Who::Alice, "POST", &format!("/v2/images/{source}/members")).json(&member).send();
        }
        let seen = |who: Who, id: &String| (id.clone(), (who, ground.snapshot(who, id).unwrap()));
        let before = BTreeMap::from([seen(owner, &there), seen(Who::Alice, &source)]);
        Trial {
            ground,
            sequence,
            place,
            before,
            given: uuid::Uuid::new_v4().to_string(),
            accepted: BTreeSet::from([there, source]),
            named: BTreeSet::new(),
            of_killed: BTreeSet::new(),
            complete: BTreeSet::new(),
            said: String::new(),
        }
    }

    fn run(&mut self) -> Result<(), String> {
        for run in &self.sequence.runs {
            self.place.proxy.harm(&run.faults);
            let source = self.source();
            let was_shared = self.ground.is_shared(&source);
            let (told, is_stopped) = self.carried_out(run);
            self.place.proxy.settle();
            self.check_run(run, &told, is_stopped)?;
            self.check_addition(run, &told, is_stopped)?;
            if told.out.contains("shared\t") && (was_shared || !self.ground.is_shared(&source)) {
                return Err(format!("image {source} is said to be shared now; it was before: {was_shared}"));
            }
        }
        self.place.proxy.harm(&[]);
        // Both projects change something once more: that is when a run looks for what others left.
        for who in ["project-a", "project-b"] {
            let name = format!("{}-next", self.place.prefix);
            let script = if who == "project-a" && self.sequence.seed % 2 == 1 {
                format!("cloud:image('{}'):add_tag('{name}')", self.source())
            } else {
                format!(
                    "cloud:create_image {{ name = '{name}', disk_format = 'raw', container_format = 'bare', data = 'x' }}"
                )
            };
            let told = self.place.run(&["--os-cloud", who, "-e", &script]);
            self.say(&format!("next run of {who}"), &told);
            if told.code != 0 {
                return Err(format!("the next run fails: {}", told.code));
            }
            self.check_words(&told)?;
        }
        for (id, image) in self.unfinished() {
            let is_copy = image["lunette_copy"].is_string();
            let is_callers = id == self.given;
            if !(is_copy || is_callers && self.named.contains(&id) || self.complete.contains(&id)) {
                return Err(format!("image {id} remains: {image}"));
            }
        }
        self.check_before()
    }

    /// Does what a run is to do; tells whether it was signalled before its end.
    fn carried_out(&self, run: &Run) -> (Told, bool) {
        std::fs::write(self.place.path("run.lua"), self.script(run)).unwrap();
        let mut running = Running::of(&mut self.place.command(&["run.lua"]));
        let mut is_stopped = false;
        if let End::Signal { name, operation, is_answered, later } = run.end {
            self.place.proxy.wait_for(operation, is_answered, TO_ARRIVE);
            thread::sleep(Duration::from_millis(later));
            is_stopped = running.signal(name);
        }
        (running.end(), is_stopped)
    }

    fn script(&self, run: &Run) -> String {
        let Sequence { data, .. } = self.sequence;
        let there = self.before.keys().find(|id| self.is_there(id)).unwrap();
        let source = self.source();
        let id = match run.id {
            Id::Random => String::new(),
            Id::New => format!("id = '{}', ", self.given),
            Id::Taken => format!("id = '{there}', "),
        };
        let prefix = &self.place.prefix;
        let create = |more: &str| {
            format!(
                "print('made', cloud:create_image {{ {id}name = '{prefix}-new', disk_format = 'raw', \
                 container_format = 'bare', {more} }}.id)"
            )
        };
        let work = match run.deed {
            Deed::Create => create(""),
            Deed::Fill => create(&format!("data = '{data}'")),
            Deed::Import => create(&format!("data = '{data}', import = {{ method = 'glance-direct' }}")),
            Deed::Copy => format!(
                "local b = require 'glance'.connect 'project-b'
                 print('copied', (require 'std.transfer').copy(cloud:image '{source}', b, {{ name = '{prefix}-copy' }}).id)"
            ),
            Deed::Tag => format!("cloud:image('{source}'):add_tag('{prefix}') print('added', 'tag')"),
            Deed::Task => format!(
                "local admin = require 'glance'.connect 'admin'
                 print('added', admin:create_task {TASK}.id)"
            ),
            Deed::Namespace => format!(
                "local admin = require 'glance'.connect 'admin'
                 print('added', admin:create_namespace {{ namespace = '{prefix}-space' }}.namespace)"
            ),
            Deed::Share => {
                let member = self.ground.project(Who::Bob);
                format!("print('shared', cloud:image('{source}'):add_member('{member}').member_id)")
            }
        };
        match run.end {
            End::Timeout(time) => format!(
                "local function work() {work} end\nprint(pcall(task.timeout, {}, work))\n",
                Duration::from_millis(time).as_secs_f64()
            ),
            End::Sibling(time) => format!(
                "print(pcall(task.parallel, {{ 1, 2 }}, function(i)\n if i == 2 then task.sleep({}) error 'sibling' end\n \
                 {work} end))\n",
                Duration::from_millis(time).as_secs_f64()
            ),
            _ => work,
        }
    }

    /// Whether that is the image whose ID is taken, and not the source of copies.
    fn is_there(&self, id: &str) -> bool {
        self.before[id].1.name().ends_with("-there")
    }

    /// The image that is copied and shared.
    fn source(&self) -> String {
        self.before.keys().find(|id| !self.is_there(id)).unwrap().clone()
    }

    fn say(&mut self, what: &str, told: &Told) {
        let short = |text: &str| {
            text.lines().fold(String::new(), |all, line| {
                all + &format!(
                    "    {line:.600}
"
                )
            })
        };
        let (out, err) = (short(&told.out), short(&told.err));
        let _ = writeln!(self.said, "  {what}: exit {}\n{out}    --\n{err}", told.code);
    }

    /// All images without their data that no run was told to make so.
    fn unfinished(&self) -> Vec<(String, Value)> {
        let mine = self.ground.images(Who::Alice, &self.place.prefix).into_iter();
        let all = mine.chain(self.ground.images(Who::Bob, &self.place.prefix));
        let is_unfinished = |(id, image): &(String, Value)| {
            !self.accepted.contains(id)
                && WITHOUT_DATA.contains(&image["status"].as_str().unwrap_or_default())
        };
        all.filter(is_unfinished).collect()
    }

    fn check_run(&mut self, run: &Run, told: &Told, is_stopped: bool) -> Result<(), String> {
        self.say("run", told);
        self.check_before()?;
        self.check_words(told)?;
        let is_killed = matches!(run.end, End::Signal { name: "KILL", .. }) && is_stopped;
        if !is_killed && told.code < 0 {
            return Err("a signal ended it without clean-up".into());
        }
        if let Some(id) = word_after(&told.out, "made") {
            let image =
                self.ground.show(Who::Alice, id).ok_or(format!("image {id} was made, and does not exist"))?;
            if self.before.contains_key(id) || self.accepted.contains(id) {
                return Err(format!("image {id} existed, and is said to be made"));
            }
            if run.deed == Deed::Create {
                self.accepted.insert(id.to_owned());
            } else if image["status"] != "active"
                || self.ground.data(Who::Alice, id) != self.sequence.data.as_bytes()
            {
                return Err(format!("image {id} was made, and has not its data: {image}"));
            }
        }
        for who in [Who::Alice, Who::Bob] {
            for (id, image) in self.ground.images(who, &self.place.prefix) {
                if image["status"] == "active" && self.accepted.insert(id.clone()) {
                    let data = self.ground.data(who, &id);
                    if data != self.sequence.data.as_bytes() {
                        return Err(format!("image {id} has {} bytes of data that nobody sent", data.len()));
                    }
                }
            }
        }
        // An image without data is complete as soon as its answer has come, whether or not the script still
        // says so.
        let is_complete = run.deed == Deed::Create
            && ["create", "show"].iter().any(|what| self.place.proxy.has_answered(what));
        for (id, image) in self.unfinished() {
            if is_killed && is_complete {
                self.complete.insert(id);
            } else if is_killed {
                self.of_killed.insert(id);
            } else if !self.named.contains(&id)
                && !self.of_killed.contains(&id)
                && !self.complete.contains(&id)
            {
                return Err(format!("image {id} remains and no message names it: {image}"));
            }
        }
        Ok(())
    }

    /// Compares what is said of a member, tag, task or namespace with what Glance did.
    fn check_addition(&self, run: &Run, told: &Told, is_stopped: bool) -> Result<(), String> {
        let prefix = &self.place.prefix;
        let (operation, name) = match run.deed {
            Deed::Share => {
                ("add", format!("member {} of image {}", self.ground.project(Who::Bob), self.source()))
            }
            Deed::Tag => ("tag", format!("tag {prefix} of image {}", self.source())),
            Deed::Task => ("task", "new task of type api_image_import".to_owned()),
            Deed::Namespace => ("namespace", format!("namespace {prefix}-space")),
            _ => return Ok(()),
        };
        let all = format!("{}\n{}", told.out, told.err);
        let is_named = |line: &&str| line.to_lowercase().contains(&name) && line.contains("may exist");
        let named = all.lines().filter(is_named).count();
        let is_said = named > 0 || all.contains("cannot be known") || all.contains("but may appear");
        let is_added = told.out.contains("added\t") || told.out.contains("shared\t");
        let (has_arrived, has_done) =
            (self.place.proxy.has_arrived(operation), self.place.proxy.has_done(operation));
        let is_killed = matches!(run.end, End::Signal { name: "KILL", .. }) && is_stopped;
        if is_added && !has_done {
            return Err(format!("{name} is said to be added, and was not"));
        }
        // Exit 3 is a conflict: it existed before.
        if run.faults.is_empty() && run.end == End::None && !is_added && told.code != 3 {
            return Err(format!("{name} was not added, though nothing went wrong"));
        }
        // A run that is cut off may have had the request in its hands only.
        let is_cut_off = run.end != End::None;
        if is_added && named > 0 || named > 1 || named > 0 && !has_arrived && !is_cut_off {
            return Err(format!("{name} is named {named} times; added: {is_added}, sent: {has_arrived}"));
        }
        if has_done && !is_added && !is_said && !is_killed {
            return Err(format!("{name} was added, and nothing says so"));
        }
        Ok(())
    }

    /// Compares what is said with what is so.
    fn check_words(&mut self, told: &Told) -> Result<(), String> {
        for line in told.err.lines() {
            for id in ids(line) {
                let exists = self.ground.show(Who::Alice, id).or_else(|| self.ground.show(Who::Bob, id));
                let says_gone = line.contains("was deleted") || line.contains("is gone");
                if says_gone && !line.contains("and was not deleted") && exists.is_some() {
                    return Err(format!("image {id} exists, and this is said: {line}"));
                }
                self.named.insert(id.to_owned());
            }
        }
        for line in told.out.lines().filter(|line| line.starts_with("false")) {
            self.named.extend(ids(line).map(str::to_owned));
        }
        Ok(())
    }

    /// Whether everything that existed before is as it was, but for members that were to be added.
    fn check_before(&self) -> Result<(), String> {
        for (id, (who, before)) in &self.before {
            let now =
                self.ground.snapshot(*who, id).ok_or_else(|| format!("image {id} existed, and is gone"))?;
            if !now.is_like(before, !self.is_there(id)) {
                return Err(format!("image {id} existed, and is another now: {before:?} {now:?}"));
            }
        }
        Ok(())
    }
}

/// The word behind that one at the begin of a line.
fn word_after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(word)).map(str::trim)
}

/// The UUIDs in a text, but for the names of requests.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !(c.is_ascii_hexdigit() || c == '-' || c == 'q' || c == 'r'));
    parts.filter(|part| part.len() == 36 && uuid::Uuid::try_parse(part).is_ok())
}
