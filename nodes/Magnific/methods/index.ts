export { magnificApiTest } from './credentialTest';
export { searchApps } from './listSearch';
export { getAppInputs } from './resourceMapping';
