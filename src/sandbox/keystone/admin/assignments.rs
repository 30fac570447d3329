//! `GET /v3/role_assignments`: who has which role where, as it was given or as it works out.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::sandbox::cloud::Shared;
use crate::sandbox::keystone::answer;
use crate::sandbox::keystone::auth::asker::Asker;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::view;
use crate::sandbox::state::Identity;
use crate::sandbox::state::identity::{Group, Role};

/// One role of one user or group, in a project or in the whole cloud.
#[derive(Clone, Copy)]
struct Assignment<'a> {
    /// The user's ID, but where it is the group's alone.
    user: Option<&'a str>,
    /// The group that it was given to.
    group: Option<&'a Group>,
    /// The project's ID; none for the whole cloud.
    project: Option<&'a str>,
    /// The ID of the role.
    role: &'a str,
    /// The ID of the role that it was given as, where it is only implied.
    prior: Option<&'a str>,
}

/// What of them is wanted.
struct Wanted {
    user: Option<String>,
    group: Option<String>,
    project: Option<String>,
    role: Option<String>,
    domain: bool,
    system: bool,
    effective: bool,
}

/// `GET /v3/role_assignments`, for admins.
pub(crate) async fn index(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    let wanted = Wanted::read(&uri)?;
    asker.require_admin("list_role_assignments")?;
    wanted.check()?;
    let with_names = is_set(&uri, "include_names");
    let state = cloud.state();
    let mut found = list_given(&state.identity);
    if wanted.effective {
        found = found.into_iter().flat_map(|assignment| assignment.expand(&state.identity)).collect();
    }
    let found = found.iter().filter(|assignment| wanted.has(assignment));
    let found: Vec<Value> =
        found.map(|assignment| assignment.to_json(&cloud.auth_url(), &state.identity, with_names)).collect();
    Ok(answer::list(&cloud, "role_assignments", &uri, &found))
}

/// All of them as they were given: those of groups first, those for the whole cloud last.
fn list_given(identity: &Identity) -> Vec<Assignment<'_>> {
    let of_groups = identity.groups.iter().flat_map(|group| {
        let grants = group.grants.iter();
        grants.map(move |(project, roles)| (None, Some(group), Some(project), roles))
    });
    let of_users = identity.users.iter().flat_map(|user| {
        let grants = user.grants.iter();
        grants.map(move |(project, roles)| (Some(user.id.as_str()), None, Some(project), roles))
    });
    let of_system =
        identity.users.iter().map(|user| (Some(user.id.as_str()), None, None, user.system.as_slice()));
    let all = of_groups.chain(of_users).chain(of_system);
    let all = all.flat_map(|(user, group, project, roles)| {
        roles.iter().map(move |role| Assignment { user, group, project, role, prior: None })
    });
    all.collect()
}

/// Whether something is asked for; said without a value, it is.
fn is_set(uri: &Uri, key: &str) -> bool {
    answer::query_value(uri, key).is_some_and(|value| value != "0" && value != "false")
}

impl Wanted {
    fn read(uri: &Uri) -> Result<Self, Fault> {
        let [user, group, project, role] =
            ["user.id", "group.id", "scope.project.id", "role.id"].map(|key| answer::query_value(uri, key));
        if let (Some(user), Some(group)) = (&user, &group) {
            return Err(Fault::schema(&format!(
                "ImmutableMultiDict([('user.id', '{user}'), ('group.id', '{group}')]) is valid under each of {{'required': \
                 ['group.id']}}, {{'required': ['user.id']}}"
            )));
        }
        Ok(Self {
            user,
            group,
            project,
            role,
            domain: answer::query_value(uri, "scope.domain.id").is_some(),
            system: answer::query_value(uri, "scope.system").is_some(),
            effective: is_set(uri, "effective"),
        })
    }

    fn check(&self) -> Result<(), Fault> {
        if self.domain && self.project.is_some() {
            return Err(Fault::schema("Specify a domain or project, not both"));
        }
        if self.effective && self.group.is_some() {
            return Err(Fault::schema(
                "Combining effective and group filter will always result in an empty list.",
            ));
        }
        Ok(())
    }

    /// Nobody has a role in a domain.
    fn has(&self, assignment: &Assignment<'_>) -> bool {
        let is = |wanted: &Option<String>, id: Option<&str>| wanted.is_none() || wanted.as_deref() == id;
        // Whoever asks for a user wants what that user was given, and no group's unless it is worked out.
        let group = assignment.group.filter(|_| assignment.user.is_none()).map(|group| group.id.as_str());
        is(&self.user, assignment.user)
            && is(&self.group, group)
            && is(&self.project, assignment.project)
            && is(&self.role, Some(assignment.role))
            && !self.domain
            && (!self.system || assignment.project.is_none())
    }
}

impl<'a> Assignment<'a> {
    /// For each user that it is, the role and those that it implies.
    fn expand(self, identity: &'a Identity) -> Vec<Self> {
        let users: Vec<Option<&str>> = match (self.user, self.group) {
            (None, Some(group)) => group.users.iter().map(|user| Some(user.as_str())).collect(),
            (user, _) => vec![user],
        };
        let steps = std::iter::successors(Some((None, self.role)), |(_, role)| {
            identity.implied_role(role).map(|implied| (Some(*role), implied))
        });
        let steps: Vec<(Option<&str>, &str)> = steps.collect();
        let all = users.into_iter().flat_map(|user| {
            steps.iter().map(move |(prior, role)| Self { user, role, prior: *prior, ..self })
        });
        all.collect()
    }

    fn to_json(self, auth_url: &str, identity: &Identity, with_names: bool) -> Value {
        let Self { user, group, project, role, .. } = self;
        let reference = |id: &str, name: Option<&String>, domain: Option<&String>| {
            let domain = domain.map(|domain| view::domain_reference(identity, Some(domain)));
            if with_names { json!({ "id": id, "name": name, "domain": domain }) } else { json!({ "id": id }) }
        };
        let mut view = Map::new();
        view.insert("links".into(), self.links(auth_url));
        view.insert(
            "scope".into(),
            match project {
                None => json!({ "system": { "all": true } }),
                Some(id) => {
                    let project = identity.project(id);
                    let name = project.map(|project| &project.name);
                    json!({ "project": reference(id, name, project.map(|project| &project.domain)) })
                }
            },
        );
        if let Some(id) = user {
            let user = identity.user(id);
            let name = user.map(|user| &user.name);
            view.insert("user".into(), reference(id, name, user.map(|user| &user.domain)));
        } else if let Some(group) = group {
            view.insert("group".into(), reference(&group.id, Some(&group.name), Some(&group.domain)));
        }
        let name = identity.role(role).map(|role: &Role| &role.name);
        view.insert(
            "role".into(),
            if with_names { json!({ "id": role, "name": name }) } else { json!({ "id": role }) },
        );
        Value::Object(view)
    }

    fn links(self, auth_url: &str) -> Value {
        let Self { user, group, project, role, prior } = self;
        let place = project.map_or_else(|| "system".to_owned(), |id| format!("projects/{id}"));
        let holder = match (group, user) {
            (Some(group), _) => format!("groups/{}", group.id),
            (None, user) => format!("users/{}", user.unwrap_or_default()),
        };
        let given = prior.unwrap_or(role);
        let mut links = json!({ "assignment": format!("{auth_url}/{place}/{holder}/roles/{given}") });
        if let (Some(group), Some(user)) = (group, user) {
            links["membership"] = json!(format!("{auth_url}/groups/{}/users/{user}", group.id));
        }
        if let Some(prior) = prior {
            // The real one has them the wrong way round.
            links["prior_role"] = json!(format!("{auth_url}/prior_role/{role}/implies/{prior}"));
        }
        links
    }
}
