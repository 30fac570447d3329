//! Several connections at once, and clouds that break them.

use super::*;

#[tokio::test]
async fn several_ranges_at_once_make_one_file() {
    let (text, image) = large();
    let all = text.clone();
    let server = server_of(&image, move |request| ranged(&all, request)).await;
    assert!(saved_in_ranges(&server, &image).await == text);
    let mut asked = ranges(&server).await;
    asked.sort();
    assert_eq!(
        asked,
        ["bytes=0-1048575", "bytes=1048576-2097151", "bytes=2097152-3145727", "bytes=3145728-"]
    );
}

#[tokio::test]
async fn a_server_that_ignores_ranges_is_read_by_one_connection() {
    let (text, image) = large();
    let all = text.clone();
    let server = server_of(&image, move |_| ResponseTemplate::new(200).set_body_bytes(&*all)).await;
    assert!(saved_in_ranges(&server, &image).await == text);
    assert!(ranges(&server).await.len() <= 5, "{:?}", ranges(&server).await);
}

#[tokio::test]
async fn connections_too_many_are_done_without() {
    let (text, image) = large();
    let all = text.clone();
    let refused = AtomicUsize::new(0);
    let server = server_of(&image, move |request| {
        let is_first = request.headers["range"].to_str().unwrap().starts_with("bytes=0-");
        if is_first || refused.fetch_add(1, Ordering::Relaxed) >= 3 {
            return ranged(&all, request);
        }
        ResponseTemplate::new(429).insert_header("retry-after", "3600")
    });
    assert!(saved_in_ranges(&server.await, &image).await == text);
}

#[tokio::test]
async fn an_image_whose_size_nobody_knows_is_whole_at_its_end() {
    let image = changed(&[("size", json!(null)), ("os_hash_value", json!(null)), ("checksum", json!(null))]);
    let zeros = "a".to_owned() + &"\0".repeat(9999);
    let server = server(&image, data(&zeros)).await;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("image");
    assert_eq!(saved(&server, &image, &place).await.unwrap(), 10_000);
    assert!(fs::read(place).unwrap() == zeros.as_bytes());
}

#[tokio::test]
async fn a_weaker_hash_is_announced() {
    let image = changed(&[("os_hash_algo", json!(null)), ("os_hash_value", json!(null))]);
    let server = server(&image, data("abc")).await;
    let told = Rc::new(RefCell::new(Vec::new()));
    let notes = told.clone();
    let note: Note = Rc::new(move |text| notes.borrow_mut().push(text.to_owned()));
    let options = Options { note: Some(note), ..Options::new(Effects::up_to(Effect::Read)) };
    glance_with(&server, options).download_stream(&read(&image)).await.unwrap();
    assert_eq!(
        *told.borrow(),
        ["image 1bea has no os_hash_value: its data are verified by its MD5 checksum only"]
    );
}

#[tokio::test]
async fn an_image_changed_meanwhile_is_refused_unless_its_hash_matches() {
    let (later, none) = (("updated_at", json!("2030-01-01T00:00:00Z")), ("os_hash_value", json!(null)));
    let cases = [
        (vec![later.clone()], true),
        (vec![later, ("os_hash_value", json!("4a1b"))], false),
        (vec![none], false),
    ];
    for (changes, is_same) in cases {
        let server = MockServer::start().await;
        for (image, priority) in [(active("1bea"), 1), (changed(&changes), 2)] {
            let answer =
                Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(image));
            answer.up_to_n_times(1).with_priority(priority).mount(&server).await;
        }
        let subject = Subject::of(&glance(&server), &read(&active("1bea"))).await.unwrap();
        let error = subject.check_unchanged().await.err();
        assert_eq!(error.map(|error| error.kind()), (!is_same).then_some(Kind::Conflict), "{changes:?}");
    }
}

#[tokio::test]
async fn the_stores_that_are_preferred_are_named_whichever_part_is_asked_for() {
    let server = server(&active("1bea"), data("abc")).await;
    let glance = glance(&server).preferring(vec!["slow".into(), "fast".into()]);
    let subject = Subject::of(&glance, &read(&active("1bea"))).await.unwrap();
    for start in [0, 1] {
        subject.ask(start, None).await.unwrap();
    }
    let wanted = "GET /v2/images/1bea/file?prefer=slow%2Cfast";
    assert_eq!(asked(&server).await[1..], [wanted, wanted]);
}

/// A server of 20,000 bytes that answers each request for them with the next `bytes`, and breaks the
/// connection then. Returns its URL, and how often the data were asked for.
async fn breaking_after(bytes: usize) -> (String, Rc<AtomicUsize>) {
    let image =
        changed(&[("size", json!(20_000)), ("os_hash_value", json!(null)), ("checksum", json!(null))]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Rc::new(AtomicUsize::new(0));
    let count = asked.clone();
    tokio::task::spawn_local(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = String::new();
            while !head.contains("\r\n\r\n") {
                let mut buffer = [0; 4096];
                let length = socket.read(&mut buffer).await.unwrap();
                head.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
            }
            let answer = if head.starts_with("GET /v2/images/1bea/file") {
                count.fetch_add(1, Ordering::Relaxed);
                let start = head.split_once("range: bytes=").and_then(|(_, rest)| rest.split_once('-'));
                let start = start.map_or(0, |(start, _)| start.parse().unwrap());
                let (left, sent) = (20_000 - start, "a".repeat(bytes.min(20_000 - start)));
                format!(
                    "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes {start}-19999/20000\r\n\
                     content-length: {left}\r\n\r\n{sent}"
                )
            } else {
                let body = image.to_string();
                format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                )
            };
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, asked)
}

#[tokio::test]
async fn a_cloud_that_sends_a_byte_for_each_attempt_is_given_up_and_one_that_sends_a_kibibyte_is_not() {
    let work = tokio::task::LocalSet::new();
    work.run_until(async {
        for (bytes, attempts) in [(0, 4), (1, 4), (300, 4), (1024, 20), (8000, 3)] {
            let (url, asked) = breaking_after(bytes).await;
            let options = Options { status_attempts: 4, ..Options::new(Effects::up_to(Effect::Read)) };
            let glance = glance_paced(&url, options, Duration::from_millis(1));
            let folder = tempfile::tempdir().unwrap();
            let entry = FolderEntry::of(&folder.path().join("image")).unwrap();
            let image = glance.image("1bea").await.unwrap();
            let saved = glance.download(&image, entry, Saving::default()).await;
            assert_eq!(asked.load(Ordering::Relaxed), attempts, "{bytes}: {saved:?}");
            if attempts != 4 {
                assert_eq!(saved.unwrap(), 20_000, "{bytes}");
                continue;
            }
            let error = saved.unwrap_err();
            assert_eq!(error.kind(), Kind::Unavailable);
            let came = if bytes == 0 { "nothing".to_owned() } else { format!("only {} bytes", 3 * bytes) };
            assert!(error.message().contains(&format!("4 attempts brought {came} after byte ")), "{error}");
        }
    })
    .await;
}
