//! What a run and the work within it may send.

#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn an_effect_allows_those_before_it() {
    let table = [
        (Effect::Nothing, Effect::Read, false),
        (Effect::Nothing, Effect::Delete, false),
        (Effect::Read, Effect::Read, true),
        (Effect::Read, Effect::Write, false),
        (Effect::Read, Effect::Delete, false),
        (Effect::Write, Effect::Write, true),
        (Effect::Write, Effect::Delete, false),
        (Effect::Delete, Effect::Delete, true),
    ];
    for (allowed, asked, passes) in table {
        let admitted = Effects::up_to(allowed).admit(asked, "PUT /v2/images/1").is_ok();
        assert_eq!(admitted, passes, "{asked:?} under {allowed:?}");
    }
}

#[tokio::test]
async fn a_refusal_says_what_is_allowed_and_how_to_allow_more() {
    let refused = |effects: Effects| effects.admit(Effect::Delete, "DELETE /v2/images/1").unwrap_err();
    let error = refused(Effects::up_to(Effect::Read));
    assert_eq!(error.to_string(), "forbidden: DELETE /v2/images/1 was not sent: only reads are allowed here");
    assert_eq!(error.advice_text(), Some("run without --read-only"));
    let error =
        with_effect_limit(Effect::Write, false, async { refused(Effects::up_to(Effect::Delete)) }).await;
    assert_eq!(
        error.to_string(),
        "forbidden: DELETE /v2/images/1 was not sent: only reads and writes are allowed here"
    );
    assert_eq!(error.advice_text(), Some("have the recipe declare effects = \"delete\""));
}

#[tokio::test]
async fn a_limit_of_nothing_refuses_reads_and_cannot_be_widened_within() {
    let effects = Effects::up_to(Effect::Delete);
    let read = || effects.admit(Effect::Read, "GET /v2/images").unwrap_err();
    let error = with_effect_limit(Effect::Nothing, true, async { read() }).await;
    assert_eq!(error.to_string(), "forbidden: GET /v2/images was not sent: no requests are allowed here");
    assert_eq!(error.advice_text(), Some("send requests from the recipe's run function"));
    let wider = with_effect_limit(Effect::Delete, true, async { read() });
    assert_eq!(with_effect_limit(Effect::Nothing, true, wider).await.kind(), Kind::Forbidden);
}

#[test]
fn all_doors_of_a_run_share_what_is_allowed() {
    let effects = Effects::up_to(Effect::Delete);
    let shared = effects.clone();
    effects.allow(Effect::Read);
    assert_eq!(shared.deepest_allowed(), Effect::Read);
}

#[tokio::test]
async fn a_declared_effect_holds_for_its_own_work_alone() {
    let effects = Effects::up_to(Effect::Delete);
    let kind = |effect| effects.admit(effect, "op").err().map(|error| error.kind());
    let shallow = with_effect_limit(Effect::Write, false, async {
        tokio::task::yield_now().await;
        let deeper = with_effect_limit(Effect::Delete, false, async { kind(Effect::Delete) }).await;
        (kind(Effect::Write), kind(Effect::Delete), deeper)
    });
    let deep = with_effect_limit(Effect::Delete, false, async { kind(Effect::Delete) });
    let undeclared = async { kind(Effect::Delete) };
    let (shallow, deep, undeclared) = tokio::join!(shallow, deep, undeclared);
    assert_eq!(shallow, (None, Some(Kind::Forbidden), Some(Kind::Forbidden)));
    assert_eq!((deep, undeclared), (None, None));
}

#[tokio::test]
async fn a_work_that_somebody_agreed_to_is_not_asked_about() {
    let effects = Effects::up_to(Effect::Delete);
    effects.ask(Some(Rc::new(|_| Err(Error::new(Kind::Interrupted, "no")))));
    let passes = || effects.admit(Effect::Delete, "op").is_ok();
    let within = async {
        let before = passes();
        agree();
        tokio::task::yield_now().await;
        (before, passes(), with_effect_limit(Effect::Delete, false, async { passes() }).await)
    };
    let asks = with_effect_limit(Effect::Delete, false, within);
    let said = with_effect_limit(Effect::Delete, true, async { passes() });
    let silent = with_effect_limit(Effect::Delete, false, async {
        let inner = with_effect_limit(Effect::Delete, true, async { passes() }).await;
        (inner, passes())
    });
    let (asks, said, silent) = tokio::join!(asks, said, silent);
    assert_eq!((asks, said, silent), ((false, true, true), true, (false, false)));
    agree();
    assert!(!passes());
}

#[tokio::test]
async fn a_recipe_asks_once_before_its_first_deletion_and_a_script_does_not() {
    let effects = Effects::up_to(Effect::Delete);
    let asked = Rc::new(Cell::new(0));
    let count = asked.clone();
    effects.confirm(Some(Rc::new(move |_| {
        count.set(count.get() + 1);
        Ok(())
    })));
    let delete = || effects.admit(Effect::Delete, "DELETE /v2/images/1").is_ok();
    assert!(delete());
    assert_eq!(asked.get(), 0);
    let recipe = async {
        assert!(effects.admit(Effect::Write, "PUT /v2/images/1/tags/x").is_ok());
        assert_eq!(asked.get(), 0);
        delete() && delete()
    };
    assert!(with_effect_limit(Effect::Delete, false, recipe).await);
    assert_eq!(asked.get(), 1);
    assert!(with_effect_limit(Effect::Delete, true, async { delete() }).await);
    assert_eq!(asked.get(), 1);
}

#[tokio::test]
async fn a_work_owns_what_it_and_the_work_within_it_created_and_nothing_from_around() {
    let outer = with_effect_limit(Effect::Write, false, async {
        note_own("outer");
        let inner = with_effect_limit(Effect::Write, false, async {
            note_own("inner");
            (is_own("outer"), is_own("inner"))
        });
        (inner.await, is_own("outer"), is_own("inner"))
    });
    assert_eq!(outer.await, ((false, true), true, true));
    note_own("nobody's");
    assert!(!is_own("nobody's"));
}

#[tokio::test]
async fn only_work_that_may_delete_and_has_no_yes_asks_for_deletions() {
    let asks = |effect, agreed| with_named_limit("x", effect, agreed, async { asks_for_deletions() });
    assert_eq!(asks(Effect::Delete, false).await.as_deref(), Some("x"));
    assert_eq!(asks(Effect::Delete, true).await, None);
    assert_eq!(asks(Effect::Write, false).await, None);
    let within = with_named_limit("outer", Effect::Write, false, asks(Effect::Delete, false));
    assert_eq!(within.await, None, "it may delete no more than the work around it");
    let changed = with_named_limit("x", Effect::Delete, true, async {
        disagree();
        asks_for_deletions()
    });
    assert_eq!(changed.await.as_deref(), Some("x"));
    assert_eq!(asks_for_deletions(), None);
}

#[test]
fn a_deletion_asks_first() {
    let effects = Effects::up_to(Effect::Delete);
    let no = || Error::new(Kind::Interrupted, "no");
    effects.ask(Some(Rc::new(move |op| (op == "DELETE /v2/images/1").then_some(()).ok_or_else(no))));
    assert!(effects.admit(Effect::Write, "PUT /v2/images/2").is_ok());
    assert_eq!(effects.deepest_sent(), Effect::Write);
    assert!(effects.admit(Effect::Delete, "DELETE /v2/images/1").is_ok());
    let error = effects.admit(Effect::Delete, "DELETE /v2/images/2").unwrap_err();
    assert_eq!(error.kind(), Kind::Interrupted);
    effects.ask(None);
    assert!(effects.admit(Effect::Delete, "DELETE /v2/images/2").is_ok());
}

#[test]
fn a_refusal_advises_what_the_run_can_do() {
    let effects = Effects::up_to(Effect::Read);
    effects.advise(".write on allows it");
    let error = effects.admit(Effect::Write, "PUT /v2/images/1").unwrap_err();
    assert_eq!(error.advice_text(), Some(".write on allows it"));
    assert_eq!(effects.deepest_sent(), Effect::Read);
}
