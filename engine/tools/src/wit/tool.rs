//! A function of an interface as a tool.

use std::sync::Arc;

use fumehood::{
    Arguments, Attachment, CallContext, Function, Module, Tool, ToolError, ToolFuture, ToolInput,
    ToolLabels,
};
use futures_util::future::BoxFuture;

use super::codec::{Decoder, Encoder};
use super::handles::Handles;
use super::interface::{Interface, Signature};
use super::schema;
use super::value::Value;

/// What is behind the functions of an interface.
pub(crate) trait Implementation: Send + Sync + 'static {
    /// Does it. The values are those of the parameters, in their order.
    fn call<'a>(
        &'a self,
        signature: &'a Signature,
        values: Vec<Value>,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<Option<Value>, ToolError>>;
}

/// The module of an interface.
pub(crate) fn module(
    interface: &Interface,
    implementation: &Arc<dyn Implementation>,
    handles: &Arc<Handles>,
    labels: impl Fn(&Signature) -> ToolLabels,
) -> Module {
    let mut module = Module::new(&interface.module, &interface.documentation);
    for definition in &interface.types {
        module = module.with_type(Arc::clone(definition));
    }
    for (name, ty) in &interface.aliases {
        module = module.with_alias(name, ty.clone());
    }
    for signature in &interface.functions {
        let tool = WitTool {
            parameters: schema::of_parameters(&signature.parameters),
            returns: signature.result.as_ref().map(schema::of_answer),
            signature: Arc::clone(signature),
            implementation: Arc::clone(implementation),
            handles: Arc::clone(handles),
            labels: labels(signature),
        };
        let mut function = Function::new(&signature.python, Arc::new(tool))
            .at(signature.place.clone())
            .taking(signature.parameters.clone());
        if let Some(result) = &signature.result {
            function = function.giving(result.clone());
        }
        module = module.with_function(function);
    }
    module
}

struct WitTool {
    signature: Arc<Signature>,
    parameters: serde_json::Value,
    returns: Option<serde_json::Value>,
    implementation: Arc<dyn Implementation>,
    handles: Arc<Handles>,
    labels: ToolLabels,
}

impl Tool for WitTool {
    fn name(&self) -> &str {
        &self.signature.tool
    }

    fn description(&self) -> &str {
        &self.signature.documentation
    }

    fn parameters(&self) -> serde_json::Value {
        self.parameters.clone()
    }

    fn returns(&self) -> Option<serde_json::Value> {
        self.returns.clone()
    }

    fn labels(&self) -> ToolLabels {
        self.labels
    }

    fn check(
        &self,
        arguments: &Arguments,
        attachments: &[Attachment],
    ) -> Option<Result<(), String>> {
        let decoder = Decoder::new(attachments, None);
        Some(decoder.arguments(&self.signature.parameters, arguments).map(|_| ()))
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let signature = &*self.signature;
            let ToolInput { arguments, attachments, context, .. } = &input;
            let owner = self.handles.of(context);
            let values = Decoder::new(attachments, Some(&owner))
                .arguments(&signature.parameters, arguments)
                .map_err(|why| ToolError::about_arguments(format!("{}: {why}", signature.tool)))?;
            let value = self.implementation.call(signature, values, context).await?;
            let answer = Encoder::new(&owner).answer(signature.result.as_ref(), value.as_ref());
            answer.map_err(|why| {
                ToolError::new(format!(
                    "{} has answered what its type does not say: {why}",
                    signature.tool
                ))
            })
        })
    }
}
