//! The custom resource of the operator of Red Hat Developer Hub to a chain.
//!
//! In: `kind: Backstage`. Out: the chain of the ConfigMaps that it names. Never: the layers that the operator and the
//! image bring themselves, for which its chain is never complete.

use crate::backstage::discover::command::word::Word;
use crate::backstage::discover::image::dockerfile::Launch;
use crate::backstage::discover::image::instruction::Form;
use crate::backstage::discover::image::paths::{Mount, MountSource};
use crate::backstage::discover::image::reference::ImageOrigin;
use crate::backstage::discover::process::Process;
use crate::backstage::discover::reader::Reader;
use crate::backstage::document::NodeExt as _;
use crate::backstage::words::{Lack, LackKind, LayerRole, StartKind};
use crate::files::FilePath;
use crate::text::{Place, SourceId};
use npm_yaml::Node;

use super::objects::ConfigMap;
use super::{
    Cluster, LAYERS_IN_ONE, Lookup, Named, audience_of, container, find, objects, several,
};

/// The API group of the operator, of every version (redhat-developer/rhdh-operator).
pub(super) const GROUP: &str = "rhdh.redhat.com/";

/// A portal that the operator runs.
pub(crate) struct Portal {
    name: String,
    namespace: Option<String>,
    /// The list of ConfigMaps.
    place: Place,
    /// `spec.application.appConfig.mountPath`
    folder: String,
    maps: Vec<AppConfig>,
    /// `spec.application.extraEnvs.envs`
    environment: Vec<(String, Word)>,
}

/// One of `spec.application.appConfig.configMaps`.
struct AppConfig {
    name: String,
    /// The one key that is loaded; all of them without it.
    key: Option<String>,
    place: Place,
}

/// The operator passes the keys of one ConfigMap in the order of a map of Go, which is another one each time
/// (redhat-developer/rhdh-operator, `pkg/model/appconfig.go`).
fn unordered(map: &ConfigMap, keys: &[&String], place: Place) -> Lack {
    let names: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let names = names.join(", ");
    Lack {
        reason: format!(
            "{names} of the ConfigMap `{}` are loaded in no fixed order",
            map.name
        ),
        place: Some(place),
        kind: LackKind::Unordered(names.into()),
    }
}

/// Reads the resource. Nothing for one of another group, or that names no ConfigMap.
pub(super) fn read(source: SourceId, node: &Node) -> Option<Portal> {
    let at = |keys: &[&str]| keys.iter().try_fold(node, |node, key| node.get(key));
    let text = |keys: &[&str]| at(keys).and_then(|node| node.as_str());
    text(&["apiVersion"]).filter(|version| version.starts_with(GROUP))?;
    let list = at(&["spec", "application", "appConfig", "configMaps"])?;
    let own = |item: &Node, key: &str| {
        item.get(key)
            .and_then(|node| node.as_str())
            .map(str::to_owned)
    };
    let maps = list.items().iter().filter_map(|item| {
        Some(AppConfig {
            name: own(item, "name")?,
            key: own(item, "key"),
            place: Place::new(source, item.span),
        })
    });
    let folder = text(&["spec", "application", "appConfig", "mountPath"]);
    Some(Portal {
        name: text(&["metadata", "name"]).unwrap_or_default().to_owned(),
        namespace: text(&["metadata", "namespace"]).map(str::to_owned),
        place: Place::new(source, list.span),
        folder: folder.unwrap_or("/opt/app-root/src").to_owned(),
        maps: maps.collect(),
        environment: container::environment(
            source,
            at(&["spec", "application", "extraEnvs", "envs"]),
        ),
    })
}

impl Reader<'_> {
    /// The chain of a portal that the operator runs: it passes `--config` for each file of the ConfigMaps, in order.
    pub(super) fn portal(&mut self, path: &FilePath, portal: &Portal, cluster: &Cluster) {
        let mut args = Vec::new();
        let mut mounts = Vec::new();
        let mut lacks = Vec::new();
        for config in &portal.maps {
            let named = Named {
                name: &config.name,
                near: path,
                namespace: portal.namespace.as_deref(),
            };
            let map = match find(cluster, named) {
                Lookup::One(map) => map,
                Lookup::Several(maps) => {
                    lacks.extend(several(&config.name, &maps, config.place));
                    continue;
                }
                // What it holds is not here; that the chain is not complete is said anyway.
                Lookup::Nothing => continue,
            };
            let is_meant = |key: &&String| config.key.as_ref().is_none_or(|only| only == *key);
            let meant = map.data.iter().map(|(key, _)| key).filter(is_meant);
            let meant: Vec<&String> = meant.collect();
            if mounts.len() + meant.len() > LAYERS_IN_ONE {
                self.leave_out(path, "has too many layers");
                break;
            }
            if meant.len() > 1 {
                lacks.push(unordered(map, &meant, config.place));
            }
            for key in meant {
                let target = format!("{}/{key}", portal.folder.trim_end_matches('/'));
                args.push(Word::known("--config", config.place));
                args.push(Word::known(target.clone(), config.place));
                let role = objects::layer_role(key).unwrap_or(LayerRole::Other);
                let layer = self.embed_key(map, key, role);
                mounts.push(Mount {
                    target,
                    source: MountSource::Layer(layer),
                });
            }
        }
        if args.is_empty() {
            return;
        }
        let process = Process {
            name: format!("kubernetes:{}", portal.name),
            kind: StartKind::Kubernetes,
            source: portal.place.source,
            place: Some(portal.place),
            dockerfile: None,
            origin: ImageOrigin::Published,
            checkout: None,
            entrypoint: None,
            command: Some(Launch {
                form: Form::Exec(args),
                place: portal.place,
            }),
            folder: Some(portal.folder.clone()),
            environment: portal.environment.clone(),
            mounts,
            audience: audience_of(path),
            unread: vec![Word::known("the operator's own layers", portal.place)],
            lacks,
            own_network: false,
        };
        let contexts = self.contexts(&path.parent());
        self.take(path, &process, &contexts);
    }
}
