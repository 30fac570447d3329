//! Who may do what with definitions (`glance/policies/metadef.py`): readers look, admins write.

use super::super::super::state::metadefs::Namespace;
use super::super::super::state::{Caller, State};
use super::super::fault::Fault;

/// A rule of Glance's policy file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    name: &'static str,
    is_for_admins: bool,
}

impl Rule {
    pub(crate) const GET_NAMESPACES: Self = Self::read("get_metadef_namespaces");
    pub(crate) const GET_NAMESPACE: Self = Self::read("get_metadef_namespace");
    pub(crate) const ADD_NAMESPACE: Self = Self::write("add_metadef_namespace");
    pub(crate) const MODIFY_NAMESPACE: Self = Self::write("modify_metadef_namespace");
    /// Also asked before a namespace is emptied.
    pub(crate) const DELETE_NAMESPACE: Self = Self::write("delete_metadef_namespace");
    pub(crate) const LIST_RESOURCE_TYPES: Self = Self::read("list_metadef_resource_types");
    pub(crate) const ADD_ASSOCIATION: Self = Self::write("add_metadef_resource_type_association");
    pub(crate) const REMOVE_ASSOCIATION: Self = Self::write("remove_metadef_resource_type_association");
    pub(crate) const GET_OBJECTS: Self = Self::read("get_metadef_objects");
    pub(crate) const GET_OBJECT: Self = Self::read("get_metadef_object");
    pub(crate) const ADD_OBJECT: Self = Self::write("add_metadef_object");
    pub(crate) const MODIFY_OBJECT: Self = Self::write("modify_metadef_object");
    pub(crate) const DELETE_OBJECT: Self = Self::write("delete_metadef_object");
    pub(crate) const GET_PROPERTIES: Self = Self::read("get_metadef_properties");
    pub(crate) const GET_PROPERTY: Self = Self::read("get_metadef_property");
    pub(crate) const ADD_PROPERTY: Self = Self::write("add_metadef_property");
    pub(crate) const MODIFY_PROPERTY: Self = Self::write("modify_metadef_property");
    pub(crate) const REMOVE_PROPERTY: Self = Self::write("remove_metadef_property");
    pub(crate) const GET_TAGS: Self = Self::read("get_metadef_tags");
    pub(crate) const GET_TAG: Self = Self::read("get_metadef_tag");
    pub(crate) const ADD_TAG: Self = Self::write("add_metadef_tag");
    pub(crate) const ADD_TAGS: Self = Self::write("add_metadef_tags");
    pub(crate) const MODIFY_TAG: Self = Self::write("modify_metadef_tag");
    pub(crate) const DELETE_TAG: Self = Self::write("delete_metadef_tag");

    const fn read(name: &'static str) -> Self {
        Self { name, is_for_admins: false }
    }

    const fn write(name: &'static str) -> Self {
        Self { name, is_for_admins: true }
    }

    fn allows(self, caller: &Caller, namespace: Option<&Namespace>) -> bool {
        if caller.project.is_none() {
            return false;
        }
        let is_theirs = |namespace: &Namespace| namespace.is_public || caller.is_in(Some(&namespace.owner));
        caller.is_admin() || (!self.is_for_admins && caller.has("reader") && namespace.is_none_or(is_theirs))
    }
}

/// Asks the policy, about a namespace or about none. Who may not even look is told that there is nothing.
pub(crate) fn permit(caller: &Caller, rule: Rule, namespace: Option<&Namespace>) -> Result<(), Fault> {
    if rule.allows(caller, namespace) {
        Ok(())
    } else if Rule::GET_NAMESPACE.allows(caller, namespace) {
        Err(Fault::forbidden(format!("You are not authorized to complete {} action.", rule.name)))
    } else {
        Err(Fault::no_such_resource())
    }
}

/// Why a namespace is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// There is none of this name.
    Absent,
    /// There is one, for others.
    Hidden,
}

impl Missing {
    /// The 404 of properties, resource types, tags, and of all that changes a namespace.
    pub(crate) fn plain(_: Self, name: &str) -> Fault {
        Fault::not_found(format!("Namespace {name} not found"))
    }

    /// The 404 of objects, which tell the two apart.
    pub(crate) fn of_objects(self, name: &str) -> Fault {
        match self {
            Self::Absent => absent(name),
            Self::Hidden => Self::plain(self, name),
        }
    }
}

/// The 404 that comes from the database.
pub(crate) fn absent(name: &str) -> Fault {
    Fault::not_found(format!("Metadata definition namespace={name} was not found."))
}

/// The namespace, if the caller can see it.
pub(crate) fn find<'a>(state: &'a State, caller: &Caller, name: &str) -> Result<&'a Namespace, Missing> {
    let namespace = state.metadefs.namespace(name).ok_or(Missing::Absent)?;
    if namespace.is_visible_to(caller) { Ok(namespace) } else { Err(Missing::Hidden) }
}

/// The namespace for one operation: found, and permitted. `missing` is how that operation says that there is
/// none.
pub(crate) fn open<'a>(
    state: &'a State,
    caller: &Caller,
    name: &str,
    rule: Rule,
    missing: fn(Missing, &str) -> Fault,
) -> Result<&'a Namespace, Fault> {
    let namespace = find(state, caller, name).map_err(|why| missing(why, name))?;
    permit(caller, rule, Some(namespace))?;
    Ok(namespace)
}

/// The same, to be changed.
pub(crate) fn open_mut<'a>(
    state: &'a mut State,
    caller: &Caller,
    name: &str,
    rule: Rule,
    missing: fn(Missing, &str) -> Fault,
) -> Result<&'a mut Namespace, Fault> {
    open(state, caller, name, rule, missing)?;
    state.metadefs.namespace_mut(name).ok_or_else(Fault::tripped)
}

/// Refuses to delete what is protected, or is in what is protected. `what` says which: `object o1`.
pub(crate) fn check_unprotected(namespace: &Namespace, what: &str) -> Result<(), Fault> {
    if namespace.protected {
        let message = format!("Metadata definition {what} is protected and cannot be deleted.");
        return Err(Fault::forbidden(message));
    }
    Ok(())
}
