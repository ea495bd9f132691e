//! Calls whose values are bytes and texts, and nothing else. They cross as slices; as values of any type each byte
//! would be a value of its own, of some forty bytes.

use fumehood::Type;
use wasmtime::Store;
use wasmtime::component::{ComponentNamedList, Func, Lift, Lower};

use super::running::State;
use crate::wit::Value;
use crate::wit::interface::Signature;

/// What a function answers, of the types that are dealt with here.
#[derive(Clone, Copy)]
enum Answer {
    Nothing,
    Bytes,
    Text,
    /// `result<list<u8>, string>`
    BytesOrText,
}

impl Answer {
    fn of(signature: &Signature) -> Option<Answer> {
        Some(match &signature.result {
            None => Answer::Nothing,
            Some(Type::Bytes) => Answer::Bytes,
            Some(Type::String) => Answer::Text,
            Some(Type::Result { ok: Some(ok), err: Some(err) })
                if **ok == Type::Bytes && **err == Type::String =>
            {
                Answer::BytesOrText
            }
            Some(_) => return None,
        })
    }
}

/// Whether a function is called like this: there are bytes among what it takes or answers.
pub(super) fn has_only_slices(signature: &Signature) -> bool {
    let mut parameters = signature.parameters.iter();
    let has_bytes = parameters.any(|parameter| parameter.ty == Type::Bytes)
        || matches!(Answer::of(signature), Some(Answer::Bytes | Answer::BytesOrText));
    let is_slice = |ty: &Type| matches!(ty, Type::Bytes | Type::String);
    let all = signature.parameters.iter().all(|parameter| is_slice(&parameter.ty));
    has_bytes && all && signature.parameters.len() <= 2 && Answer::of(signature).is_some()
}

/// Calls such a function. Nothing, if it is none, or these are not its arguments.
pub(super) async fn call(
    func: Func,
    store: &mut Store<State>,
    signature: &Signature,
    values: &[Value],
) -> Option<wasmtime::Result<Option<Value>>> {
    let answer = Answer::of(signature)?;
    Some(match values {
        [] => answered::<()>(func, store, (), answer).await,
        [Value::Bytes(one)] => answered::<(&[u8],)>(func, store, (one,), answer).await,
        [Value::String(one)] => answered::<(&str,)>(func, store, (one,), answer).await,
        [Value::Bytes(one), Value::Bytes(two)] => {
            answered::<(&[u8], &[u8])>(func, store, (one, two), answer).await
        }
        [Value::Bytes(one), Value::String(two)] => {
            answered::<(&[u8], &str)>(func, store, (one, two), answer).await
        }
        [Value::String(one), Value::Bytes(two)] => {
            answered::<(&str, &[u8])>(func, store, (one, two), answer).await
        }
        [Value::String(one), Value::String(two)] => {
            answered::<(&str, &str)>(func, store, (one, two), answer).await
        }
        _ => return None,
    })
}

async fn answered<P>(
    func: Func,
    store: &mut Store<State>,
    parameters: P,
    answer: Answer,
) -> wasmtime::Result<Option<Value>>
where
    P: ComponentNamedList + Lower + Send + Sync,
{
    Ok(match answer {
        Answer::Nothing => {
            given::<P, ()>(func, store, parameters).await?;
            None
        }
        Answer::Bytes => {
            let (bytes,) = given::<P, (Vec<u8>,)>(func, store, parameters).await?;
            Some(Value::Bytes(bytes.into()))
        }
        Answer::Text => {
            let (text,) = given::<P, (String,)>(func, store, parameters).await?;
            Some(Value::String(text))
        }
        Answer::BytesOrText => {
            let (result,) = given::<P, (Result<Vec<u8>, String>,)>(func, store, parameters).await?;
            Some(result.map(bytes::Bytes::from).into())
        }
    })
}

async fn given<P, R>(func: Func, store: &mut Store<State>, parameters: P) -> wasmtime::Result<R>
where
    P: ComponentNamedList + Lower + Send + Sync,
    R: ComponentNamedList + Lift + Send + Sync + 'static,
{
    let func = func.typed::<P, R>(&*store)?;
    func.call_async(store, parameters).await
}
