//! App roots as the settings around them want them.
//!
//! In: a target, and the settings being gathered. Out: app roots without what is excluded and with the chains of the
//! settings. Never: the contents of layers.

use std::sync::Arc;

use crate::backstage::discover::{self, BACKSTAGE_ENV, BackstageEnv};
use crate::backstage::environment::{Environment, Variable};
use crate::backstage::words::{
    AppRoot, Chain, ChainLayer, ChainOrigin, EnvironmentVariable, Lack, LackKind, LayerFile,
    LayerRole, LeftOut, Workspace,
};
use crate::files::{FilePath, Files, GitStatus};
use crate::finding::ChainName;
use crate::product::target::{Scope, Target};
use crate::request::Request;
use crate::run::Failure;
use crate::settings::in_force::Gathering;
use crate::settings::{
    AppliesTo, ChainSetting, Mistake, MistakenFile, SchemaSetting, SettingVariable, Settings,
};
use crate::text::mask::escape;
use crate::text::{Place, Sources, closest};

/// What was found at a target.
pub struct AppRoots {
    /// The app roots, each with its settings.
    pub apps: Vec<(AppRoot, Arc<Settings>)>,
    /// What looks like a layer or start command and was not taken.
    pub left_out: Vec<LeftOut>,
    /// Whether there was no app root at all, whatever the settings want.
    pub is_empty: bool,
}

/// The app roots of a target as their settings want them, each with its settings.
///
/// # Errors
/// A layer of `--config` that is not there, or `--settings` names a file that cannot be read.
pub fn app_roots(
    target: &Target,
    environment: &Environment,
    gathering: &mut Gathering<'_>,
    sources: &mut Sources,
) -> Result<AppRoots, Failure> {
    let files = target.files.as_ref();
    let request = gathering.request();
    let mut settings =
        gathering.settings_of(files, target.settings.as_ref(), &target.schemas, sources)?;
    let mut backstage_env = BackstageEnv::of(environment);
    let mut found = workspace(target, request, &backstage_env, sources)?;
    let is_empty = found.app_roots.is_empty();
    for root in &found.app_roots {
        let of_root = settings.root(&root.path, sources);
        let mut variables = of_root.environment.iter().rev();
        if let Some(names) = variables.find(|variable| &*variable.name == BACKSTAGE_ENV) {
            backstage_env.set_for(root.path.clone(), Arc::clone(&names.value));
        }
    }
    // Only with the settings it is known which layers the loader takes, and only with the app roots which settings.
    if backstage_env.differs_by_root() {
        found = workspace(target, request, &backstage_env, sources)?;
    }
    let mut apps = Vec::new();
    let mut used = Vec::new();
    for mut root in found.app_roots {
        let of_root = settings.root(&root.path, sources);
        refuse_variables(&of_root, gathering);
        let settings_of_root = gathering.put_in_force(of_root);
        if request.config.is_empty() {
            found
                .left_out
                .extend(exclude(&mut root, &settings_of_root, files));
            add_chains(&mut root, &settings_of_root, files, gathering, &mut used);
            found.left_out.extend(ignored_by_git(&root));
        }
        let base = |layer: &LayerFile| layer.role == LayerRole::Base;
        let loads_something = |chain: &Chain| !chain.layers.is_empty();
        if root.layers.iter().any(base) || root.chains.iter().any(loads_something) {
            apps.push((root, settings_of_root));
        }
    }
    if let Scope::Folder(folder) = &target.scope {
        note_useless_globs(folder, &apps, files, gathering);
        if request.config.is_empty() {
            report_idle_chains(folder, &apps, &used, sources, gathering);
        }
        note_idle_schemas(folder, &apps, sources, gathering);
    }
    gathering.close(settings);
    Ok(AppRoots {
        apps,
        left_out: found.left_out,
        is_empty,
    })
}

/// The app roots of this target.
///
/// # Errors
/// A layer of `--config` at which there is no file.
fn workspace(
    target: &Target,
    request: &Request,
    backstage_env: &BackstageEnv,
    sources: &mut Sources,
) -> Result<Workspace, Failure> {
    let options = discover::Options {
        local_layers: request.local_layers,
        backstage_env: backstage_env.clone(),
    };
    match &target.scope {
        Scope::Folder(folder) => Ok(discover::find(
            target.files.as_ref(),
            folder,
            &options,
            sources,
        )),
        Scope::Layer(layer) => {
            let mut found = around(target, layer, &options, sources);
            found.app_roots.retain(|app| app.layer(layer).is_some());
            found.left_out.retain(|left_out| left_out.path == *layer);
            Ok(found)
        }
        Scope::Chain(layers) => {
            discover::explicit(target.files.as_ref(), layers, request.production, sources).map_err(
                |missing| {
                    let missing = missing.first().map(FilePath::to_string).unwrap_or_default();
                    Failure::new(format!("`{}`: no such file or directory", escape(&missing)))
                },
            )
        }
    }
}

/// The app roots at the folder of a layer, or at the nearest folder above that has the layer in one.
fn around(
    target: &Target,
    layer: &FilePath,
    options: &discover::Options,
    sources: &mut Sources,
) -> Workspace {
    let mut folder = layer.parent();
    loop {
        let found = discover::find(target.files.as_ref(), &folder, options, sources);
        if folder == FilePath::root()
            || found.app_roots.iter().any(|app| app.layer(layer).is_some())
        {
            return found;
        }
        folder = folder.parent();
    }
}

/// Notes a variable of the settings that the real loader refuses: the app would not start.
fn refuse_variables(settings: &Settings, gathering: &mut Gathering<'_>) {
    let environment = environment(settings, &Environment::default());
    let Err(error) = environment.overrides() else {
        return;
    };
    let Some(place) = environment.place(&error.variable) else {
        return;
    };
    let mistake = Mistake {
        message: format!("invalid variable: {error}"),
        file: MistakenFile::Settings,
        place,
    };
    gathering.mistake(mistake);
}

/// Adds the chains of the settings to an app root, and changes those it has. The places of those that concern it are added
/// to `used`.
fn add_chains(
    root: &mut AppRoot,
    settings: &Settings,
    files: &dyn Files,
    gathering: &mut Gathering<'_>,
    used: &mut Vec<Place>,
) {
    for chain in &settings.chains {
        let concerned = chain.layers.is_empty()
            || chain
                .layers
                .iter()
                .any(|(path, _)| path.is_within(&root.path));
        if concerned && add_chain(root, chain, files, gathering) {
            used.push(chain.place);
        }
    }
}

/// Adds a chain, or changes the one of its name; `false` when there is none to change.
fn add_chain(
    root: &mut AppRoot,
    wanted: &ChainSetting,
    files: &dyn Files,
    gathering: &mut Gathering<'_>,
) -> bool {
    let mut layers = Vec::new();
    for (path, place) in &wanted.layers {
        if !files.is_file(path) {
            gathering.mistake(Mistake {
                message: format!("chain `{}`: `{path}` is not a file", wanted.name),
                file: MistakenFile::Settings,
                place: *place,
            });
            return true;
        }
        if root.layer(path).is_none() {
            root.layers.push(LayerFile::of(files, path));
        }
        layers.push(ChainLayer {
            path: path.clone(),
            named_at: Some(*place),
        });
    }
    let found = root
        .chains
        .iter_mut()
        .find(|chain| chain.name.0 == wanted.name);
    match found {
        Some(chain) => {
            chain.production = wanted.production.unwrap_or(chain.production);
            let sets = |name: &str| wanted.environment.iter().any(|own| *own.name == *name);
            chain.environment.retain(|variable| !sets(&variable.name));
            chain.environment.extend(environment_of(wanted));
            chain.lacks.retain(|lack| match &lack.kind {
                LackKind::EnvironmentOverrides(name) => !sets(name),
                _ => true,
            });
            if !layers.is_empty() {
                chain.layers = layers;
                chain.lacks.clear();
                chain.local_layer = None;
                chain.origin = ChainOrigin::Settings;
            }
        }
        None if layers.is_empty() => return false,
        None => {
            let by_name = layers
                .iter()
                .filter_map(|layer| root.layer(&layer.path))
                .any(|layer| layer.role.is_production());
            root.chains.push(Chain {
                name: ChainName(Arc::clone(&wanted.name)),
                origin: ChainOrigin::Settings,
                layers,
                production: wanted.production.unwrap_or(by_name),
                lacks: Vec::new(),
                unread_environment: Vec::new(),
                local_layer: None,
                runs_in: Default::default(),
                environment: environment_of(wanted).collect(),
            });
        }
    }
    true
}

/// Whether the files that settings are for are all looked at in a folder, so that what is not there is nowhere.
fn is_whole(settings: &Settings, folder: &FilePath, sources: &Sources) -> bool {
    settings.file.is_some_and(|file| {
        let file = FilePath::new(sources.get(file).repository_path());
        file.parent().is_within(folder)
    })
}

/// Reports the chains of the settings that concern no app root.
fn report_idle_chains(
    folder: &FilePath,
    apps: &[(AppRoot, Arc<Settings>)],
    used: &[Place],
    sources: &Sources,
    gathering: &mut Gathering<'_>,
) {
    for settings in each_settings(apps) {
        if !is_whole(settings, folder, sources) {
            continue;
        }
        for chain in &settings.chains {
            if used.contains(&chain.place) {
                continue;
            }
            if !chain.layers.is_empty() {
                gathering.note(format!(
                    "`chains` in the settings: `{}` loads no layer of an app root, and is not checked",
                    escape(&chain.name)
                ));
                continue;
            }
            let known = apps.iter().flat_map(|(root, _)| &root.chains);
            let near = closest(&chain.name, known.map(|chain| &*chain.name.0));
            let advice = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "define its layers with `config: […]`".to_owned(),
            };
            gathering.mistake(Mistake {
                message: format!("unknown chain `{}`: {advice}", chain.name),
                file: MistakenFile::Settings,
                place: chain.place,
            });
        }
    }
}

/// The variables the app is started with: the settings', below those that were asked for.
pub fn environment(settings: &Settings, asked: &Environment) -> Environment {
    let mut environment = asked.clone();
    for variable in &settings.environment {
        if !matches!(asked.get(&variable.name), Variable::Is(_)) {
            let (name, value) = (Arc::clone(&variable.name), Arc::clone(&variable.value));
            environment.set_at(name, value, variable.place);
        }
    }
    environment
}

/// The variables that the settings give a chain.
fn environment_of(chain: &ChainSetting) -> impl Iterator<Item = EnvironmentVariable> {
    let variable = |variable: &SettingVariable| {
        let (name, value) = (Arc::clone(&variable.name), Arc::clone(&variable.value));
        EnvironmentVariable::known(name, value, Some(variable.place))
    };
    chain.environment.iter().map(variable)
}

/// Notes globs of the settings that match no file: those of settings whose files are all looked at.
fn note_useless_globs(
    folder: &FilePath,
    apps: &[(AppRoot, Arc<Settings>)],
    files: &dyn Files,
    gathering: &mut Gathering<'_>,
) {
    for settings in each_settings(apps) {
        let overrides = settings
            .overrides
            .iter()
            .map(|one| ("overrides", &one.paths));
        let all: Vec<_> = std::iter::once(("exclude", &settings.exclude))
            .chain(overrides)
            .filter(|(_, globs)| !globs.is_empty())
            .collect();
        if all.is_empty() {
            continue;
        }
        let listed = files.list(folder, &|_| true).into_iter();
        let listed: Vec<FilePath> = listed.map(|file| file.path).collect();
        for (field, globs) in all {
            for pattern in globs.without_match(folder, &listed) {
                gathering.note(format!(
                    "`{field}` in the settings: `{}` matches no file",
                    escape(pattern)
                ));
            }
        }
    }
}

/// Notes the chains and layers that a schema of the settings is to judge, of which there are none.
fn note_idle_schemas(
    folder: &FilePath,
    apps: &[(AppRoot, Arc<Settings>)],
    sources: &Sources,
    gathering: &mut Gathering<'_>,
) {
    for settings in each_settings(apps) {
        let of_settings = || {
            let own = apps.iter().filter(|(_, own)| Arc::ptr_eq(own, settings));
            own.map(|(root, _)| root)
        };
        let chains = || of_settings().flat_map(|root| root.chains.iter().chain(&root.unloaded));
        let names: Vec<FilePath> = chains().map(|chain| FilePath::new(&chain.name.0)).collect();
        let layers = of_settings().flat_map(|root| &root.layers);
        let layers: Vec<FilePath> = layers.map(|layer| layer.path.clone()).collect();
        let is_whole = is_whole(settings, folder, sources);
        for SchemaSetting { schema, applies_to } in &settings.schemas {
            let schema = schema.reporter().to_string();
            let mut note = |field: &str, pattern: &str, what: &str| {
                gathering.note(format!(
                    "`{field}` of `{}` in the settings: `{}` matches no {what}",
                    escape(&schema),
                    escape(pattern)
                ));
            };
            match applies_to {
                AppliesTo::Chains(Some(globs)) if is_whole => {
                    for pattern in globs.without_match(&FilePath::root(), &names) {
                        let known = chains().map(|chain| &*chain.name.0);
                        let near = closest(pattern, known);
                        let near = near.map(|near| format!("; did you mean `{}`?", escape(near)));
                        note(
                            "chains",
                            pattern,
                            &format!("chain{}", near.unwrap_or_default()),
                        );
                    }
                }
                AppliesTo::Layers(Some(globs)) => {
                    for pattern in globs.without_match(folder, &layers) {
                        note("paths", pattern, "layer");
                    }
                }
                AppliesTo::Chains(_) | AppliesTo::Layers(None) => {}
            }
        }
    }
}

/// The settings of app roots, those of several roots once.
fn each_settings(apps: &[(AppRoot, Arc<Settings>)]) -> Vec<&Arc<Settings>> {
    let mut all: Vec<&Arc<Settings>> = Vec::new();
    for (_, settings) in apps {
        if !all.iter().any(|known| Arc::ptr_eq(known, settings)) {
            all.push(settings);
        }
    }
    all
}

/// The layers that take no part because git ignores them.
fn ignored_by_git(root: &AppRoot) -> Vec<LeftOut> {
    let loaded = |layer: &LayerFile| {
        let mut layers = root.chains.iter().flat_map(|chain| &chain.layers);
        layers.any(|loaded| loaded.path == layer.path)
    };
    let layers = root.layers.iter();
    layers
        .filter(|layer| layer.git == GitStatus::Ignored && !loaded(layer))
        .map(|layer| LeftOut {
            path: layer.path.clone(),
            reason: "is ignored by git; `--with-local` includes it".to_owned(),
        })
        .collect()
}

/// Leaves out what the settings exclude, and returns it. A chain that is started with such a layer lacks it.
fn exclude(root: &mut AppRoot, settings: &Settings, files: &dyn Files) -> Vec<LeftOut> {
    let stays = |path: &FilePath| !settings.exclude.matches(path);
    let left_out = root
        .layers
        .iter()
        .filter(|layer| !stays(&layer.path))
        .map(|layer| LeftOut {
            path: layer.path.clone(),
            reason: "is excluded by the settings".to_owned(),
        })
        .collect();
    root.layers.retain(|layer| stays(&layer.path));
    for chain in &mut root.chains {
        let loaded = chain
            .layers
            .iter()
            .filter(|_| chain.origin != ChainOrigin::Convention);
        let lacks: Vec<Lack> = loaded
            .filter(|layer| !stays(&layer.path))
            .map(|layer| Lack {
                reason: format!(
                    "`{}` is excluded by the settings",
                    files.display(&layer.path)
                ),
                place: layer.named_at,
                kind: LackKind::Excluded,
            })
            .collect();
        chain.lacks.extend(lacks);
    }
    // A chain of which no layer is here has nothing to exclude: what it lacks is worth saying.
    root.chains.retain_mut(|chain| {
        let had_layers = !chain.layers.is_empty();
        chain.layers.retain(|layer| stays(&layer.path));
        !(had_layers && chain.layers.is_empty())
    });
    left_out
}
