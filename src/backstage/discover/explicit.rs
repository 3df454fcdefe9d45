//! The one chain that a person names by `--config`.

use std::sync::Arc;

use crate::files::{FilePath, Files};
use crate::finding::ChainName;
use crate::request::ExplicitProduction;
use crate::text::Sources;

use crate::backstage::npm::Finder;
use crate::backstage::words::{
    AppRoot, Chain, ChainLayer, ChainOrigin, LayerFile, Workspace, names,
};

/// The workspace of one chain of these layers, in this order: nothing else is looked for. Its app root is the nearest
/// folder with a base layer at or above the first layer, else the folder of the first layer.
///
/// # Errors
/// The layers at which there is no file that could be read.
pub fn explicit(
    files: &dyn Files,
    layers: &[FilePath],
    production: ExplicitProduction,
    sources: &mut Sources,
) -> Result<Workspace, Vec<FilePath>> {
    let missing: Vec<FilePath> = layers
        .iter()
        .filter(|layer| !files.is_file(layer))
        .cloned()
        .collect();
    let Some(first) = layers.first().filter(|_| missing.is_empty()) else {
        return Err(missing);
    };
    let folder = first.parent();
    let is_root = |folder: &FilePath| files.is_file(&folder.join("app-config.yaml"));
    let above = folder.ancestors().find(is_root);
    let mut root = AppRoot::new(above.unwrap_or(folder));
    for path in layers {
        if root.layer(path).is_none() {
            root.layers.push(LayerFile::of(files, path));
        }
    }
    let production = match production {
        ExplicitProduction::Yes => true,
        ExplicitProduction::ByName => root
            .layers
            .iter()
            .any(|layer| names::is_production(&layer.role)),
    };
    root.chains.push(Chain {
        name: ChainName(Arc::from("--config")),
        origin: ChainOrigin::CommandLine,
        layers: layers
            .iter()
            .map(|path| ChainLayer {
                path: path.clone(),
                named_at: None,
            })
            .collect(),
        production,
        lacks: Vec::new(),
        unread_environment: Vec::new(),
        local_layer: None,
        environment: Vec::new(),
        runs_in: Default::default(),
    });
    root.layers.sort_by(|a, b| a.path.cmp(&b.path));
    let listing = files.list(&root.path, &|name| name == "package.json");
    root.packages = Finder::new(files, &listing).packages(&root.path, sources);
    Ok(Workspace {
        app_roots: vec![root],
        left_out: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    fn chain(layers: &[&str], production: ExplicitProduction) -> Result<Workspace, Vec<FilePath>> {
        let files = MemoryFiles::new([
            ("portal/app-config.yaml", ""),
            ("portal/conf/app-config.production.yaml", ""),
            ("portal/conf/any.yaml", ""),
            ("portal/package.json", "{}"),
        ]);
        let layers: Vec<FilePath> = layers.iter().map(|layer| FilePath::new(layer)).collect();
        explicit(&files, &layers, production, &mut Sources::default())
    }

    #[test]
    fn the_layers_keep_their_order_and_the_app_root_is_above_the_first() {
        let found = chain(
            &["portal/conf/any.yaml", "portal/app-config.yaml"],
            ExplicitProduction::ByName,
        )
        .unwrap();
        let [root] = found.app_roots.as_slice() else {
            panic!("one app root");
        };
        let layers: Vec<&str> = root.chains[0]
            .layers
            .iter()
            .map(|layer| layer.path.as_str())
            .collect();
        assert_eq!(layers, ["portal/conf/any.yaml", "portal/app-config.yaml"]);
        assert_eq!(root.path.as_str(), "portal");
        assert!(!root.chains[0].production && root.packages.root.is_some());
    }

    #[test]
    fn it_is_production_by_name_or_when_said() {
        let production =
            |layer: &str, said| chain(&[layer], said).unwrap().app_roots[0].chains[0].production;
        assert!(production(
            "portal/conf/app-config.production.yaml",
            ExplicitProduction::ByName
        ));
        assert!(production("portal/conf/any.yaml", ExplicitProduction::Yes));
    }

    #[test]
    fn layers_that_are_missing_are_named() {
        let missing = chain(
            &["portal/app-config.yaml", "gone.yaml"],
            ExplicitProduction::Yes,
        )
        .unwrap_err();
        assert_eq!(missing, [FilePath::new("gone.yaml")]);
    }
}
