export { magnificApiTest } from './credentialTest';
export { searchApps } from './listSearch';
export {
	getApps,
	getCreationTools,
	getTeamApiKeys,
	getTeamGroups,
	getTeamProjects,
	getTriggers,
} from './loadOptions';
export { getAppInputs } from './resourceMapping';
