//! Tools from WIT and from components: what code gets of them, and what they can do to it.
//!
//! * `every_type`: each type there and back, by the program and by a component
//! * `modules`: what is in a module, and what its classes can do
//! * `hostile`: components that want to do harm; `granted`: what components are given
//! * `agents`, `command`: modules as agents have them, and on the command line
//! * `components`: how the components of these tests are made

mod agents;
mod command;
mod components;
mod every_type;
mod granted;
mod hostile;
mod modules;
mod slices;

use fumehood::{Module, Session};
use fumehood_tools::component::{Component, ComponentEngine};

use crate::builder;

async fn session_with(modules: Vec<Module>) -> Session {
    builder().modules(modules).build().unwrap().session().await.unwrap()
}

/// The engine that all tests use.
fn engine() -> &'static ComponentEngine {
    static ENGINE: std::sync::OnceLock<ComponentEngine> = std::sync::OnceLock::new();
    ENGINE.get_or_init(|| ComponentEngine::new().unwrap())
}

fn component(name: &str, wit: &str, module: &str) -> Component {
    let bytes = components::component(wit, module);
    Component::new(engine(), name, &bytes).unwrap_or_else(|error| panic!("{error}"))
}
