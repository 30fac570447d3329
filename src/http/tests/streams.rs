//! Bodies that are streams: sent again from their start, sent once, broken, slow.

use futures_util::StreamExt;

use super::*;

#[tokio::test]
async fn a_stream_starts_anew_for_each_attempt_and_carries_its_length() {
    let server = MockServer::start().await;
    let whole = || Mock::given(method("PUT")).and(header("content-length", "6")).and(body_string("abcdef"));
    whole().respond_with(ResponseTemplate::new(503)).up_to_n_times(2).mount(&server).await;
    whole().respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let opened = Rc::new(Cell::new(0));
    let count = opened.clone();
    let open: Reopen = Rc::new(move || {
        count.set(count.get() + 1);
        let parts = ["abc", "def"].map(|part| Ok(Bytes::from(part)));
        Ok(futures_util::stream::iter(parts).boxed())
    });
    let body = Body::Stream {
        open,
        length: Some(6),
        media_type: "application/octet-stream".into(),
        spent: Rc::default(),
    };
    let response = door().send(request(&Method::PUT, &server.uri(), "/file").body(body)).await.unwrap();
    assert_eq!((response.status, opened.get()), (204, 3));
}

#[tokio::test]
async fn a_stream_that_is_spent_is_not_sent_again() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(503).insert_header("retry-after", "0");
    Mock::given(method("PUT")).respond_with(busy).mount(&server).await;
    let spent = Rc::new(Cell::new(false));
    let now = spent.clone();
    let open: Reopen = Rc::new(move || {
        now.set(true);
        Ok(futures_util::stream::iter([Ok(Bytes::from("abc"))]).boxed())
    });
    let body = Body::Stream { open, length: None, media_type: "application/octet-stream".into(), spent };
    let door = door();
    let response = door.send(request(&Method::PUT, &server.uri(), "/file").body(body)).await.unwrap();
    assert_eq!((response.status, door.count()), (503, 1));
}

#[tokio::test]
async fn data_that_cannot_be_read_are_no_fault_of_the_cloud() {
    let server = MockServer::start().await;
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let open: Reopen = Rc::new(|| Ok(futures_util::stream::iter([Ok(Bytes::from("abc"))]).boxed()));
    let body = Body::Stream {
        open,
        length: Some(6),
        media_type: "application/octet-stream".into(),
        spent: Rc::default(),
    };
    let door = door();
    let error = failure(&door, request(&Method::PUT, &server.uri(), "/file").body(body)).await;
    assert_eq!(
        (error.kind(), error.message(), door.count()),
        (Kind::Usage, "the data to send could not be read: they ended after 3 of 6 bytes", 1)
    );
}

/// Long enough for a busy machine to answer in.
const PATIENCE: Duration = Duration::from_millis(600);

#[tokio::test]
async fn data_that_take_their_time_are_no_silence_of_the_server() {
    let server = MockServer::start().await;
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let open: Reopen = Rc::new(|| {
        Ok(futures_util::stream::iter(0..2)
            .then(|_| async {
                tokio::time::sleep(PATIENCE + SHORT).await;
                Ok(Bytes::from("x"))
            })
            .boxed())
    });
    let body = Body::Stream {
        open,
        length: Some(2),
        media_type: "application/octet-stream".into(),
        spent: Rc::default(),
    };
    let door = Door::new(Options { read_timeout: PATIENCE, ..options() });
    let response = door.send(request(&Method::PUT, &server.uri(), "/file").body(body)).await.unwrap();
    assert_eq!(response.status, 204);
}
