//! What a function says about the tool that it is.

use syn::{
    Attribute, Block, Error, Expr, ExprLit, FnArg, Generics, Ident, ItemFn, Lit, Meta, Pat, Result,
    ReturnType, Type, Visibility,
};

/// A function that is to be a tool.
pub(crate) struct Declared {
    pub(crate) visibility: Visibility,
    /// What is neither documentation nor ours.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) description: String,
    /// What the program gives when it makes the tool.
    pub(crate) given: Vec<Given>,
    pub(crate) parameters: Vec<Parameter>,
    /// What the body calls the context of the call, and the type by which it was told.
    pub(crate) context: Option<(Ident, Type)>,
    pub(crate) output: Type,
    /// Whether the output is a `Result`.
    pub(crate) fails: bool,
    pub(crate) body: Block,
}

/// A value that each call gets a copy of.
pub(crate) struct Given {
    pub(crate) name: Ident,
    pub(crate) kind: Type,
}

/// A parameter of the tool.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    pub(crate) kind: Type,
    pub(crate) documentation: Vec<Attribute>,
    pub(crate) default: Option<Expr>,
}

impl Declared {
    pub(crate) fn read(function: ItemFn) -> Result<Declared> {
        let ItemFn { attrs, vis, sig, block, .. } = function;
        if sig.asyncness.is_none() {
            return Err(Error::new_spanned(sig.fn_token, "a tool is an `async fn`"));
        }
        let Generics { params, where_clause, .. } = &sig.generics;
        if !params.is_empty() || where_clause.is_some() {
            return Err(Error::new_spanned(&sig.generics, "a tool has no generic parameters"));
        }
        let (output, fails) = output(&sig.output)?;
        let (documentation, attributes) = attrs.into_iter().partition::<Vec<_>, _>(is_doc);
        let mut declared = Declared {
            visibility: vis,
            attributes,
            name: sig.ident,
            description: text(&documentation),
            given: Vec::new(),
            parameters: Vec::new(),
            context: None,
            output,
            fails,
            body: *block,
        };
        for argument in sig.inputs {
            declared.read_argument(argument)?;
        }
        Ok(declared)
    }

    fn read_argument(&mut self, argument: FnArg) -> Result<()> {
        let FnArg::Typed(argument) = argument else {
            return Err(Error::new_spanned(
                argument,
                "a tool is a function of its own, not a method",
            ));
        };
        let Pat::Ident(pattern) = *argument.pat else {
            return Err(Error::new_spanned(argument.pat, "a parameter of a tool is a name"));
        };
        let name = pattern.ident;
        let (mut documentation, mut default, mut is_given) = (Vec::new(), None, false);
        for attribute in argument.attrs {
            if is_doc(&attribute) {
                documentation.push(attribute);
            } else if attribute.path().is_ident("default") {
                default = Some(attribute.parse_args::<Expr>()?);
            } else if attribute.path().is_ident("given") {
                attribute.meta.require_path_only()?;
                is_given = true;
            } else {
                let told =
                    "a parameter of a tool has `#[default(value)]`, `#[given]` and documentation";
                return Err(Error::new_spanned(attribute, told));
            }
        }
        if is_given {
            if let Some(default) = default {
                return Err(Error::new_spanned(default, "what is given has no default"));
            }
            self.given.push(Given { name, kind: *argument.ty });
        } else if is_named(&argument.ty, "CallContext") {
            self.context = Some((name, *argument.ty));
        } else {
            self.parameters.push(Parameter { name, kind: *argument.ty, documentation, default });
        }
        Ok(())
    }
}

/// The type that a function returns, and whether it is a `Result`.
fn output(output: &ReturnType) -> Result<(Type, bool)> {
    match output {
        ReturnType::Default => Ok((syn::parse_quote!(()), false)),
        ReturnType::Type(_, kind) => Ok(((**kind).clone(), is_named(kind, "Result"))),
    }
}

/// Whether a type is a path that ends in this name.
fn is_named(kind: &Type, name: &str) -> bool {
    let Type::Path(path) = kind else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == name)
}

fn is_doc(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
}

/// The text of documentation, without the blank that comments begin with.
fn text(documentation: &[Attribute]) -> String {
    let lines = documentation.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
