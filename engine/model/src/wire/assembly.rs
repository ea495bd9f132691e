//! A reply as it is put together.

use std::collections::HashSet;

use super::ReplyLimits;
use super::stop::Stops;
use crate::error::ModelError;
use crate::message::{Arguments, Origin, Part, Reasoning, ToolCall};
use crate::model::{Delta, Listener};
use crate::reply::{Finish, Reply, Usage};

/// A reply as it is put together from what a server sends, in the terms that all wires share. Tells the
/// listener, cuts the text at the first stop sequence, and keeps the limits.
///
/// After a stop sequence nothing counts but the cost: a model that had stopped there would have said no more.
/// The rest is still read, because servers tell the cost at the end.
pub(crate) struct Assembly<'a> {
    provider: &'a str,
    listener: &'a Listener<'a>,
    limits: ReplyLimits,
    stops: Stops,
    parts: Vec<Part>,
    /// The wire's key of each tool call, and where among the parts it is.
    calls: Vec<(u64, usize)>,
    text_bytes: usize,
    usage: Option<Usage>,
    finish: Option<Finish>,
    model: Option<String>,
    /// What the server calls the reply; ids of tool calls are made of it where the server gives none.
    id: Option<String>,
}

impl<'a> Assembly<'a> {
    pub(crate) fn new(
        provider: &'a str,
        stop: &[String],
        limits: ReplyLimits,
        listener: &'a Listener<'a>,
    ) -> Assembly<'a> {
        Assembly {
            provider,
            listener,
            limits,
            stops: Stops::new(stop),
            parts: Vec::new(),
            calls: Vec::new(),
            text_bytes: 0,
            usage: None,
            finish: None,
            model: None,
            id: None,
        }
    }

    /// Takes more text.
    pub(crate) fn text(&mut self, text: &str) {
        let passed = self.stops.push(text);
        self.say(&passed);
    }

    fn say(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.text_bytes += text.len();
        match self.parts.last_mut() {
            Some(Part::Text { text: said }) => said.push_str(text),
            _ => self.parts.push(Part::text(text)),
        }
        (self.listener)(Delta::Text(text));
    }

    /// What comes next is a part other than text, so what was held back is no beginning of a stop sequence.
    /// Returns whether anything counts that comes next.
    fn goes_on(&mut self) -> bool {
        let held = self.stops.end();
        self.say(&held);
        !self.stops.stopped()
    }

    /// Takes more of what the model thinks.
    pub(crate) fn reasoning(&mut self, text: &str) {
        if text.is_empty() || !self.goes_on() {
            return;
        }
        match self.parts.last_mut() {
            Some(Part::Reasoning(Reasoning { text: thought, origin: None })) => {
                thought.push_str(text);
            }
            _ => {
                self.parts.push(Part::Reasoning(Reasoning { text: text.to_owned(), origin: None }))
            }
        }
        (self.listener)(Delta::Reasoning(text));
    }

    /// Says what goes back to the provider in this place, together with the thoughts that came last.
    pub(crate) fn origin(&mut self, kind: &str, data: &str) {
        if !self.goes_on() {
            return;
        }
        let origin = self.origin_of(kind, data);
        match self.parts.last_mut() {
            Some(Part::Reasoning(Reasoning { origin: nobody @ None, .. })) => *nobody = origin,
            _ => self.parts.push(Part::Reasoning(Reasoning { text: String::new(), origin })),
        }
    }

    /// Says what goes back to the provider with the first of the reply's thoughts.
    pub(crate) fn origin_of_all(&mut self, kind: &str, data: &str) {
        let origin = self.origin_of(kind, data);
        let thoughts = self.parts.iter_mut().find_map(|part| match part {
            Part::Reasoning(reasoning) => Some(reasoning),
            _ => None,
        });
        match thoughts {
            Some(reasoning) => reasoning.origin = origin,
            None => {
                let reasoning = Reasoning { text: String::new(), origin };
                self.parts.insert(0, Part::Reasoning(reasoning));
                self.calls.iter_mut().for_each(|(_, position)| *position += 1);
            }
        }
    }

    /// Says that all of the reply's thoughts go back to the provider as they are.
    pub(crate) fn origin_of_thoughts(&mut self, kind: &str) {
        let origin = self.origin_of(kind, "");
        for part in &mut self.parts {
            if let Part::Reasoning(reasoning) = part {
                reasoning.origin.clone_from(&origin);
            }
        }
    }

    fn origin_of(&self, kind: &str, data: &str) -> Option<Origin> {
        Some(Origin {
            provider: self.provider.to_owned(),
            kind: kind.to_owned(),
            data: data.to_owned(),
        })
    }

    /// Takes more of a tool call. `key` is the wire's number for it. What is empty is not known, or not yet.
    pub(crate) fn tool_call(
        &mut self,
        key: u64,
        id: &str,
        name: &str,
        arguments: &str,
    ) -> Result<(), ModelError> {
        if self.stops.stopped() {
            return Ok(());
        }
        let known = self.calls.iter().rposition(|(known, _)| *known == key);
        // Some servers number all calls 0: a call with a name and an id of its own is another one.
        let index = known.filter(|index| {
            self.call(*index).is_none_or(|call| {
                name.is_empty() || id.is_empty() || call.id.is_empty() || call.id == id
            })
        });
        let index = match index {
            Some(index) => index,
            None => {
                if self.calls.len() == self.limits.tool_calls {
                    let limit = self.limits.tool_calls;
                    return Err(ModelError::TooMuch { what: "tool calls", limit });
                }
                self.goes_on();
                self.calls.push((key, self.parts.len()));
                let (id, name) = (String::new(), String::new());
                let arguments = Arguments::default();
                self.parts.push(Part::ToolCall(ToolCall { id, name, arguments }));
                self.calls.len() - 1
            }
        };
        let listener = self.listener;
        if let Some(call) = self.call(index) {
            for (known, more) in [(&mut call.id, id), (&mut call.name, name)] {
                if known.is_empty() {
                    more.clone_into(known);
                }
            }
            call.arguments.push(arguments);
            let ToolCall { id, name, .. } = call;
            listener(Delta::ToolCall { index, id, name, arguments });
        }
        Ok(())
    }

    fn call(&mut self, index: usize) -> Option<&mut ToolCall> {
        let (_, position) = self.calls.get(index)?;
        match self.parts.get_mut(*position) {
            Some(Part::ToolCall(call)) => Some(call),
            _ => None,
        }
    }

    /// Takes what the reply has cost so far.
    pub(crate) fn usage(&mut self, usage: Usage) {
        if self.usage.replace(usage) != Some(usage) {
            (self.listener)(Delta::Usage(usage));
        }
    }

    /// Takes why the reply ended.
    pub(crate) fn finish(&mut self, finish: Finish) {
        self.finish = Some(finish);
    }

    /// Takes what the server calls the model and the reply.
    pub(crate) fn names(&mut self, model: Option<&str>, id: Option<&str>) {
        for (known, name) in [(&mut self.model, model), (&mut self.id, id)] {
            if known.is_none() {
                *known = name.filter(|name| !name.is_empty()).map(str::to_owned);
            }
        }
    }

    /// Whether the server has said that the reply is complete.
    pub(crate) fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Bytes of text that have come.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// The reply, if the server has said that it is complete.
    pub(crate) fn complete(mut self) -> Option<Reply> {
        let finish = self.finish.take()?;
        self.goes_on();
        self.number_calls();
        let finish = match finish {
            _ if self.stops.stopped() => Finish::Stop,
            Finish::Stop if !self.calls.is_empty() => Finish::ToolCalls,
            finish => finish,
        };
        Some(Reply { parts: self.parts, finish, usage: self.usage, model: self.model })
    }

    /// Gives an id to each call that has none, or has that of another.
    fn number_calls(&mut self) {
        let base = self.id.take().unwrap_or_else(|| "call".to_owned());
        let allowed = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
        let base = base.chars().filter(allowed).collect::<String>();
        let mut used = HashSet::new();
        for (number, part) in self.parts.iter_mut().enumerate() {
            if let Part::ToolCall(call) = part
                && (call.id.is_empty() || !used.insert(call.id.clone()))
            {
                call.id = format!("{base}_{number}");
                used.insert(call.id.clone());
            }
        }
    }
}
