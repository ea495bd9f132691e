//! Values that go beside JSON, as `guest.wit` describes it.

use bytes::Bytes;
use serde_json::Value;

use crate::attachment::Attachment;
use crate::tools::ToolOutput;

/// How many values may be attached to a call.
const ATTACHMENTS_MOST: usize = 1000;
/// Bytes of a media type; longer ones are refused.
const MEDIA_TYPE_BYTES: usize = 100;

/// The attachments of a call, and their placeholders put into its arguments. The failure says what is wrong.
pub(crate) fn of_call(
    arguments: &mut Value,
    attached: &str,
    contents: Vec<u8>,
) -> Result<Vec<Attachment>, String> {
    if attached.is_empty() {
        return Ok(Vec::new());
    }
    let said = serde_json::from_str::<Vec<(String, String, usize)>>(attached)
        .map_err(|error| format!("what is attached cannot be read: {error}"))?;
    if said.len() > ATTACHMENTS_MOST {
        return Err(format!("no more than {ATTACHMENTS_MOST} values can be attached"));
    }
    let mut contents = Bytes::from(contents);
    let mut attachments = Vec::new();
    for (at, media_type, length) in said {
        if !is_media_type(&media_type) {
            return Err("what is attached has no media type".to_owned());
        }
        if arguments.pointer(&at) != Some(&Value::Null) || length > contents.len() {
            return Err("what is attached is not where it is said to be".to_owned());
        }
        let attachment = Attachment::new(at, media_type, contents.split_to(length));
        attachment.mark(arguments);
        attachments.push(attachment);
    }
    Ok(attachments)
}

fn is_media_type(text: &str) -> bool {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
    text.len() <= MEDIA_TYPE_BYTES
        && text.split_once('/').is_some_and(|(kind, rest)| {
            !kind.is_empty() && !rest.is_empty() && (kind.bytes().chain(rest.bytes())).all(of_token)
        })
}

/// An answer as the guest gets it, without its contents. `json` is its value. The failure is a place that it does not
/// have.
pub(super) fn answer(json: &str, output: &ToolOutput) -> Result<Vec<u8>, String> {
    let attachments = &output.attachments;
    if attachments.is_empty() {
        return Ok(json.as_bytes().to_vec());
    }
    if let Some(lost) = attachments.iter().find(|one| output.value.pointer(&one.at).is_none()) {
        return Err(lost.at.clone());
    }
    let said = attachments.iter().map(|one| (&one.at, &one.media_type, one.bytes.len()));
    let said = Value::from_iter(said.map(|(at, media, length)| {
        Value::from_iter([Value::from(at.as_str()), media.as_ref().into(), length.into()])
    }))
    .to_string();
    let mut answer = Vec::with_capacity(9 + json.len() + said.len());
    answer.push(0);
    for length in [json.len(), said.len()] {
        // Limits are far below this.
        let length = u32::try_from(length).map_err(|_| "that long".to_owned())?;
        answer.extend(length.to_le_bytes());
    }
    answer.extend(json.as_bytes());
    answer.extend(said.as_bytes());
    Ok(answer)
}
