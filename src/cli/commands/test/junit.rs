//! The XML that continuous integration reads: `JUnit`'s, in the form that Jenkins and `GitLab` agree on.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One case as it stands in the file.
pub(super) struct Case {
    pub(super) file: String,
    pub(super) name: String,
    pub(super) seconds: f64,
    pub(super) output: String,
    pub(super) ended: Ended,
}

/// How it ended.
pub(super) enum Ended {
    Passed,
    Skipped(String),
    Failed { message: String, lines: String },
}

/// The whole file: a suite for each spec file.
pub(super) fn document(cases: &[Case]) -> String {
    let mut suites: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        suites.entry(&case.file).or_default().push(case);
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (file, cases) in suites {
        let count = |is: fn(&Ended) -> bool| cases.iter().filter(|case| is(&case.ended)).count();
        let seconds: f64 = cases.iter().map(|case| case.seconds).sum();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{seconds:.3}\">",
            escape(file),
            cases.len(),
            count(|ended| matches!(ended, Ended::Failed { .. })),
            count(|ended| matches!(ended, Ended::Skipped(_))),
        );
        for case in cases {
            write(&mut xml, case);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml + "</testsuites>\n"
}

fn write(xml: &mut String, case: &Case) {
    let (class, name) = (escape(&case.file), escape(&case.name));
    let _ =
        writeln!(xml, "    <testcase classname=\"{class}\" name=\"{name}\" time=\"{:.3}\">", case.seconds);
    let _ = match &case.ended {
        Ended::Passed => Ok(()),
        Ended::Skipped(reason) => writeln!(xml, "      <skipped message=\"{}\"/>", escape(reason)),
        Ended::Failed { message, lines } => {
            writeln!(xml, "      <failure message=\"{}\">{}</failure>", escape(message), escape(lines))
        }
    };
    if !case.output.is_empty() {
        let _ = writeln!(xml, "      <system-out>{}</system-out>", escape(&case.output));
    }
    xml.push_str("    </testcase>\n");
}

/// A text as XML 1.0 may hold it: most control characters may not stand in one, not even escaped.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_for_each_file_and_nothing_that_xml_cannot_hold() {
        let case = |file: &str, name: &str, ended| Case {
            file: file.into(),
            name: name.into(),
            seconds: 0.25,
            output: String::new(),
            ended,
        };
        let failed =
            Ended::Failed { message: "expected <1> & \"2\"".into(), lines: "a.lua:1:\n\u{1b}[31m".into() };
        let cases = [
            case("b_spec.lua", "fails", failed),
            case("a_spec.lua", "passes", Ended::Passed),
            case("b_spec.lua", "is skipped", Ended::Skipped("needs the sandbox".into())),
        ];
        insta::assert_snapshot!(document(&cases), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites>
          <testsuite name="a_spec.lua" tests="1" failures="0" skipped="0" time="0.250">
            <testcase classname="a_spec.lua" name="passes" time="0.250">
            </testcase>
          </testsuite>
          <testsuite name="b_spec.lua" tests="2" failures="1" skipped="1" time="0.500">
            <testcase classname="b_spec.lua" name="fails" time="0.250">
              <failure message="expected &lt;1&gt; &amp; &quot;2&quot;">a.lua:1:&#10;�[31m</failure>
            </testcase>
            <testcase classname="b_spec.lua" name="is skipped" time="0.250">
              <skipped message="needs the sandbox"/>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
