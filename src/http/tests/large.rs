//! Bodies that are large, that grow when they are parsed, or that never end.

use super::*;
use crate::budget::Budget;
use crate::error::Result;

/// A door with a memory of 4 MiB, and the server that answers with that body.
async fn served(body: Vec<u8>) -> (Door, MockServer) {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(body, "application/json");
    Mock::given(method("GET")).respond_with(answer).mount(&server).await;
    let budget = Budget::of(4 << 20);
    (Door::with_pace(Options { budget, ..options() }, Duration::from_millis(1)), server)
}

async fn parsed(door: &Door, server: &MockServer) -> Result<Value> {
    door.send(request(&Method::GET, &server.uri(), "/")).await.unwrap().json().await
}

#[tokio::test]
async fn answers_and_their_decoded_form_count_as_memory() {
    // 8 MiB of text, and 1 MiB of text that would be 80 MiB of values.
    let wide = format!("[{}[]]", "[],".repeat(300_000)).into_bytes();
    for body in [vec![b' '; 8 << 20], wide] {
        let (door, server) = served(body).await;
        let error = parsed(&door, &server).await.unwrap_err();
        assert_eq!((error.kind(), error.status_code()), (Kind::Limit, None), "{error}");
        assert!(error.message().starts_with("the response is too large: "), "{error}");
        assert!(error.advice_text().unwrap().contains("--max-memory"));
    }
    let (door, server) = served(b"{\"a\": [1, 2]}".to_vec()).await;
    assert_eq!(parsed(&door, &server).await.unwrap(), json!({"a": [1, 2]}));
}

#[tokio::test]
async fn a_body_that_trickles_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await.unwrap();
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n";
        socket.write_all(head).await.unwrap();
        while socket.write_all(b" ").await.is_ok() {
            tokio::time::sleep(SHORT / 5).await;
        }
    });
    let response = door().send(request(&Method::GET, &base, "/")).await.unwrap();
    let error = response.json::<Value>().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable, "{error}");
    assert!(error.message().contains("sends too slowly: "), "{error}");
}

#[tokio::test]
async fn an_address_that_is_not_http_is_a_broken_protocol() {
    let error = failure(&door(), Request::new(Method::GET, Url::parse("ftp://127.0.0.1/x").unwrap())).await;
    assert_eq!(error.kind(), Kind::Protocol, "{error}");
    assert!(error.message().contains("ftp"), "{error}");
}
