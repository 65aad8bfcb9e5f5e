export { magnificApiTest } from './credentialTest';
export { searchApps } from './listSearch';
export { getApps, getTriggers } from './loadOptions';
export { getAppInputs } from './resourceMapping';
