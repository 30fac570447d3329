//! `task`: at the same time, in order, and not for ever.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::{engine, failure, run, values};
use crate::error::Kind;
use crate::host::Engine;

/// What was told of progress.
type Seen = Rc<RefCell<Vec<String>>>;

/// Says at its end that the work is over.
struct Over(Seen);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.borrow_mut().push("over".to_owned());
    }
}

/// Notes what is told of progress.
fn watch(engine: &Engine, seen: &Seen) {
    let seen = seen.clone();
    engine.set_progress(move |label| {
        seen.borrow_mut().push(label.to_owned());
        let over = Over(seen.clone());
        Rc::new(move |done, total| {
            over.0.borrow_mut().push(format!("{done} of {}", total.unwrap_or_default()));
        })
    });
}

#[tokio::test]
async fn runs_at_the_same_time_and_gives_results_in_order() {
    let began = Instant::now();
    let text = "return task.parallel({ 3, 2, 1 }, function(n, i) task.sleep(n / 20) return n * 10 + i end)";
    assert_eq!(values(text).await, "{ 31, 22, 13 }");
    assert!(began.elapsed() < Duration::from_millis(280), "{:?}", began.elapsed());
    assert_eq!(values("return task.parallel({}, print)").await, "{}");
}

#[tokio::test]
async fn runs_no_more_than_the_limit_at_a_time() {
    let text = "local now, most = 0, 0 \
        local list = {} for i = 1, 20 do list[i] = i end \
        task.parallel(list, function() now = now + 1 most = math.max(most, now) later() later() now = now - 1 end, LIMIT) \
        return most";
    assert_eq!(values(&text.replace("LIMIT", "{ limit = 3 }")).await, "3");
    assert_eq!(values(&text.replace("LIMIT", "{ limit = 1 }")).await, "1");
    assert_eq!(values(&text.replace("LIMIT", "nil")).await, "8");
}

#[tokio::test]
async fn the_first_error_stops_the_rest() {
    let text = "local begun = {} \
        local ok, e = pcall(task.parallel, { 1, 2, 3, 4 }, function(i) \
          begun[i] = true later() if i == 2 then error('no ' .. i, 0) end task.sleep(60) \
        end, { limit = 2 }) \
        return ok, e, begun";
    assert_eq!(values(text).await, "false, \"no 2\", { true, true }");
}

#[tokio::test]
async fn keep_going_gives_all_errors_with_their_items() {
    let text = "local results, errors = task.parallel({ 'a', 'b', 'c' }, function(item) \
          if later(item) == 'b' then error({ code = 7 }) end return item:upper() \
        end, { keep_going = true }) \
        return results[1], results[2], results[3], #errors, errors[1].item, errors[1].index, errors[1].error.code";
    assert_eq!(values(text).await, "\"A\", nil, \"C\", 1, \"b\", 2, 7");
}

#[tokio::test]
async fn errors_come_in_the_lists_order_however_they_happened() {
    let text = "local _, errors = task.parallel({ 3, 1, 2 }, function(n) task.sleep(n / 50) error(n, 0) end, \
          { keep_going = true }) \
        return errors[1].index, errors[1].error, errors[2].error, errors[3].error";
    assert_eq!(values(text).await, "1, 3, 1, 2");
}

#[tokio::test]
async fn a_long_list_costs_no_more_an_element_than_a_short_one() {
    let text = "local function cost(count) \
          local list = {} for i = 1, count do list[i] = i end \
          collectgarbage() collectgarbage 'stop' local before = collectgarbage 'count' \
          local began = os.clock() \
          local results = task.parallel(list, later, { limit = 64 }) \
          local took, kept = os.clock() - began, collectgarbage 'count' - before \
          collectgarbage 'restart' return #results, took, kept \
        end \
        cost(100) \
        local _, short, little = cost(1000) local count, long, much = cost(10000) \
        return count, long < short * 40, much < little * 20";
    assert_eq!(values(text).await, "10000, true, true");
}

#[tokio::test]
async fn an_error_late_in_a_long_list_begins_few_more_and_ends_what_runs() {
    let text = "local begun, ended = 0, 0 local list = {} for i = 1, 10000 do list[i] = i end \
        local ok, e = pcall(task.parallel, list, function(i) \
          begun = begun + 1 later() if i == 1000 then error('no ' .. i, 0) end \
          if i > 1000 then task.sleep(60) end ended = ended + 1 \
        end, { limit = 64 }) \
        return ok, e, begun < 1100, ended < 1000";
    assert_eq!(values(text).await, "false, \"no 1000\", true, true");
}

#[tokio::test]
async fn parallel_in_parallel_gives_all_results_and_the_innermost_error_ends_all() {
    let text = "return task.parallel({ 1, 2 }, function(i) \
          return task.parallel({ 1, 2 }, function(j) return later(i * 10 + j) end, { limit = 1 }) \
        end)";
    assert_eq!(values(text).await, "{ { 11, 12 }, { 21, 22 } }");
    let text = "return pcall(task.parallel, { 1, 2 }, function(i) \
          return task.parallel({ 1, 2 }, function(j) later() if i * j == 4 then refuse() end task.sleep(60) end) \
        end)";
    assert!(values(text).await.starts_with("false, "));
}

#[tokio::test]
async fn takes_whatever_can_be_collected() {
    let text = "local images = setmetatable({}, { __index = { collect = function() return later { 1, 2 } end } }) \
        return task.parallel(images, function(i) return i + 1 end)";
    assert_eq!(values(text).await, "{ 2, 3 }");
}

#[tokio::test]
async fn refuses_wrong_arguments_and_options() {
    for (text, message) in [
        ("task.parallel(1, print)", "usage: bad argument #1 to 'parallel' (list expected, got number)"),
        ("task.parallel({})", "usage: bad argument #2 to 'parallel' (function expected, got nil)"),
        ("task.parallel({}, print, 3)", "usage: task.parallel: a table of options expected, got number"),
        (
            "task.parallel({}, print, { limits = 3 })",
            "usage: unknown option 'limits' for task.parallel; did you mean 'limit'?",
        ),
        (
            "task.parallel({}, print, { limit = 0 })",
            "usage: option 'limit' of task.parallel: at least 1 expected, got 0",
        ),
        (
            "task.parallel({}, print, { limit = 'x' })",
            "usage: option 'limit' of task.parallel: integer expected, got string",
        ),
        ("task.timeout(1)", "usage: bad argument #2 to 'timeout' (function expected, got nil)"),
        ("task.timeout('x', print)", "usage: bad argument #1 to 'timeout' (number expected, got string)"),
    ] {
        assert_eq!(failure(text).await.message, message, "{text}");
    }
}

#[tokio::test]
async fn a_timeout_gives_values_in_time_and_raises_when_late() {
    assert_eq!(values("return task.timeout(5, function(a, b) return later(a), b end, 1, 2)").await, "1, 2");
    let failure = failure("task.timeout(0.01, task.sleep, 60)").await;
    assert_eq!(failure.message, "unavailable: timed out after 0.01 s");
    assert_eq!(failure.error.unwrap().kind(), Kind::Unavailable);
}

#[tokio::test]
async fn reports_progress_where_a_script_names_it() {
    let engine = engine();
    let seen: Seen = Rc::default();
    watch(&engine, &seen);
    run(&engine, "task.parallel({ 1, 2 }, later, { progress = 'Sharing' }) task.parallel({ 1 }, later)")
        .await
        .unwrap();
    assert_eq!(*seen.borrow(), ["Sharing", "1 of 2", "2 of 2", "over"]);
}

#[tokio::test]
async fn progress_is_over_where_an_error_ends_it() {
    let engine = engine();
    let seen: Seen = Rc::default();
    watch(&engine, &seen);
    run(&engine, "task.parallel({ 1, 2 }, later(error), { progress = 'Sharing', limit = 1 })")
        .await
        .unwrap_err();
    assert_eq!(*seen.borrow(), ["Sharing", "over"]);
}
