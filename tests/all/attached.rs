//! Bytes that go with calls and answers: what they are in Python, and what is refused.

use fumehood::{Attachment, Limits, Session, Tool, ToolInput, ToolOutput, function_of_input};
use serde_json::{Value, json};

use crate::{builder, printed, raised, repr};

/// Answers with what it was called with.
fn echo(media_type: &str) -> impl Tool + use<> {
    let parameters = json!({
        "type": "object",
        "properties": {"data": {"anyOf": [
            {"type": "string", "contentMediaType": media_type},
            {"type": "array", "items": {"type": "string", "contentMediaType": media_type}},
            {"type": "object", "additionalProperties": {"type": "string", "contentMediaType": media_type}},
            {"type": "null"},
        ]}, "label": {"type": "string", "default": ""}},
        "required": ["data"],
    });
    function_of_input("echo", "Answers.", parameters, |input: ToolInput| async move {
        let mut output = ToolOutput::from(input.arguments["data"].clone());
        for Attachment { at, media_type, bytes, .. } in input.attachments {
            let at = at.strip_prefix("/data").expect("it is in the one parameter for bytes");
            output = output.attach(Attachment::new(at, media_type, bytes));
        }
        Ok(output)
    })
}

async fn echoing(media_type: &str) -> Session {
    builder().tool(echo(media_type)).build().unwrap().session().await.unwrap()
}

#[tokio::test]
async fn bytes_go_out_and_come_back_alone_in_lists_and_in_dicts() {
    let mut session = echoing("*/*").await;
    for value in ["b''", "b'\\x00\\xff'", "[b'a', b'', b'c']", "{'a/b~c': b'x', '': b'y'}", "None"]
    {
        let code =
            format!("value = {value}\necho(value) == value, parallel(echo, [value])[0] == value");
        assert_eq!(repr(session.run(code).await.unwrap()), "(True, True)", "{value}");
    }
    let code = "bytes(range(256)) * 4000 == echo(bytearray(range(256)) * 4000)";
    assert_eq!(repr(session.run(code).await.unwrap()), "True");
    assert_eq!(repr(session.run("echo(memoryview(b'abcdef')[::2])").await.unwrap()), "b'ace'");
    assert_eq!(repr(session.run("await echo.aio(b'awaited')").await.unwrap()), "b'awaited'");
}

#[tokio::test]
async fn arrays_keep_type_shape_and_order() {
    let mut session = echoing(Attachment::ARRAY).await;
    let code = "
import numpy as np
for array in [
    np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6, dtype='>i2').reshape(2, 3)), np.arange(10)[::3],
    np.zeros((0, 4)), np.array(7, dtype='u8'), np.array(['a', 'bcd']), np.array([True, False]),
    np.array(['2024-01-02', 'NaT'], dtype='datetime64[ns]'), np.array([1 + 2j]),
    np.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f8')]),
]:
    back = echo(array)
    assert back.dtype == array.dtype and back.shape == array.shape, (back, array)
    np.testing.assert_array_equal(back, array)
    assert back.flags.writeable or back.ndim == 0
print('all equal')";
    assert_eq!(printed(session.run(code).await.unwrap()), "all equal\n");
    let exception = raised(session.run("echo(np.array([object()]))").await.unwrap());
    assert_eq!(exception.name, "fumehood.ToolArgumentError");
    assert!(
        exception.message.contains("the array at /data holds Python objects"),
        "{}",
        exception.message
    );
}

#[tokio::test]
async fn pictures_are_pictures_on_both_sides() {
    let mut session = echoing("image/*").await;
    let code = "
from PIL import Image
import matplotlib.pyplot as plt
image = Image.new('RGB', (3, 2), (255, 0, 0))
back = echo(image)
print(back.size, back.getpixel((2, 1)), back.format)
figure = plt.figure(figsize=(1, 1), dpi=50)
print(echo(figure).size)";
    assert_eq!(printed(session.run(code).await.unwrap()), "(3, 2) (255, 0, 0) PNG\n(50, 50)\n");
}

#[tokio::test]
async fn tables_are_data_frames_on_both_sides() {
    let mut session = echoing(Attachment::TABLE).await;
    let code = "
import pandas as pd
table = pd.DataFrame({'n': [1, 2], 'x': [0.5, None], 'name': ['a', None]}, index=['one', 'two'])
table['when'] = pd.to_datetime(['2024-01-02', None])
pd.testing.assert_frame_equal(echo(table), table)
[len(part) for part in echo([table, table.head(1)])]";
    assert_eq!(repr(session.run(code).await.unwrap()), "[2, 1]");
}

#[tokio::test]
async fn bytes_where_none_are_wanted_and_none_where_some_are_never_reach_a_tool() {
    let mut session = echoing(Attachment::ARRAY).await;
    for (code, told) in [
        ("echo('text')", "echo: data: bytes are wanted"),
        ("echo([b'a', 'b'])", "echo: data.1: bytes are wanted"),
        ("from PIL import Image\necho(Image.new('L', (1, 1)))", "is wanted, and this is image/png"),
        ("echo(3)", "is not valid under any of the schemas"),
        ("echo(b'x', label=b'y' * 100)", ""),
    ] {
        let step = session.run(code).await.unwrap();
        if told.is_empty() {
            // There it is text, in base64, as everywhere that does not ask for bytes. The array is none.
            let exception = raised(step);
            assert!(exception.traceback.contains("magic string"), "{}", exception.traceback);
            continue;
        }
        let exception = raised(step);
        assert_eq!(exception.name, "fumehood.ToolArgumentError", "{code}");
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
}

#[tokio::test]
async fn attached_values_have_a_size_both_ways() {
    let big = function_of_input("big", "", json!({"type": "object"}), |_: ToolInput| async {
        Ok(ToolOutput::bytes(Attachment::BYTES, vec![0; 1001]))
    });
    let limits = Limits::default().with_attached_bytes(1000);
    let sandbox = builder().tool(echo("*/*")).tool(big).limits(limits).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    assert_eq!(repr(session.run("len(echo(bytes(1000)))").await.unwrap()), "1000");
    let exception = raised(session.run("echo([bytes(999), bytes(2)])").await.unwrap());
    assert_eq!(
        exception.message,
        "echo: the attached values are 1001 bytes, the limit is 1000 bytes"
    );
    let exception = raised(session.run("big()").await.unwrap());
    assert_eq!(
        exception.message,
        "big: the values attached to the answer are 1001 bytes, the limit is 1000 bytes"
    );
}

/// What an answer says with words is never taken for what is attached to it.
#[tokio::test]
async fn json_cannot_pass_for_bytes() {
    let liar = fumehood::function("liar", "", json!({"type": "object"}), |_| async {
        Ok::<_, String>(json!({"at": "", "x": "<image/png, 3 bytes>", "y": "\u{0}\u{1}\u{0}"}))
    });
    let mut session = builder().tool(liar).build().unwrap().session().await.unwrap();
    assert_eq!(
        repr(session.run("liar()").await.unwrap()),
        "{'at': '', 'x': '<image/png, 3 bytes>', 'y': '\\x00\\x01\\x00'}"
    );
}

#[tokio::test]
async fn an_answer_with_bytes_at_places() {
    let album = function_of_input("album", "", json!({"type": "object"}), |_: ToolInput| async {
        let answer = json!({"title": "cats", "pages": [{"data": null}, {"data": null}]});
        Ok(ToolOutput::from(answer)
            .attach(Attachment::new("/pages/1/data", "audio/wav", &b"second"[..]))
            .attach(Attachment::new("/pages/0/data", Attachment::BYTES, &b"first"[..]))
            .attach(Attachment::new("/nowhere/0", Attachment::BYTES, &b"lost"[..])))
    });
    let mut session = builder().tool(album).build().unwrap().session().await.unwrap();
    assert_eq!(
        repr(session.run("album()").await.unwrap()),
        "{'title': 'cats', 'pages': [{'data': b'first'}, {'data': b'second'}]}"
    );
}

/// A tool called from the host has the same rules.
#[tokio::test]
async fn a_call_without_a_session_has_no_attachments() {
    let sandbox = builder().tool(echo("*/*")).build().unwrap();
    assert!(sandbox.tool_call("echo", json!({"data": "text"})).is_err());
    let call = sandbox.tool_call("echo", json!({"data": null})).unwrap();
    assert_eq!(call.run().await.unwrap().value, Value::Null);
}
