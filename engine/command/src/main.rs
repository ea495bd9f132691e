//! x
fn main(){
  let image = fumehood_image::ImageStore::of_user().unwrap().build(|s| eprintln!("{s}")).unwrap_or_else(|e| { eprintln!("{e}"); std::process::exit(1) });
  println!("{:#?}", image.manifest());
}
