import { CredentialTestContext, LoadOptionsContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	INodeCredentialTestResult,
	INodeListSearchResult,
	INodeParameters,
	INodePropertyOptions,
	ResourceMapperFields,
} from 'n8n-workflow';
import { Magnific } from '../../../nodes/Magnific/Magnific.node';
import type { LocalMagnific } from './localMagnific';
import { additionalDataFor, NODE, workflowOf } from './n8n';
import { witness } from './witness';

const { methods } = new Magnific();

/** Its own type does not promise the workflow's name. */
class EditorContext extends LoadOptionsContext {
	override getWorkflow(): { id: string; name: string; active: boolean } {
		const { id, name = '', active } = super.getWorkflow();
		return { id, name, active };
	}
}

/** What the editor hands to a load method of a node with these parameters. */
const editorOf = (
	local: LocalMagnific,
	parameters: INodeParameters,
	credential: ICredentialDataDecryptedObject,
): EditorContext => {
	const workflow = workflowOf(parameters, []);
	const node = workflow.getNode(NODE);
	if (!node) throw new Error('The workflow has no Magnific node');
	const additionalData = additionalDataFor({ ...local.credential, ...credential });
	additionalData.currentNodeParameters = node.parameters;
	return new EditorContext(workflow, node, additionalData, '');
};

const witnessed = async <T>(call: Promise<T>): Promise<T> => {
	try {
		const value = await call;
		witness(value);
		return value;
	} catch (error) {
		witness(error);
		throw error;
	}
};

/** The list of apps, as it opens or as somebody types into its search field. */
export const searchApps = async (
	local: LocalMagnific,
	filter?: string,
	credential: ICredentialDataDecryptedObject = {},
): Promise<INodeListSearchResult> =>
	await witnessed(methods.listSearch.searchApps.call(editorOf(local, {}, credential), filter));

/** A list of a field that offers choices. */
export const loadOptions = async (
	local: LocalMagnific,
	method: keyof typeof methods.loadOptions,
	credential: ICredentialDataDecryptedObject = {},
): Promise<INodePropertyOptions[]> =>
	await witnessed(methods.loadOptions[method].call(editorOf(local, {}, credential)));

/** The form of the inputs. */
export const getAppInputs = async (
	local: LocalMagnific,
	parameters: INodeParameters,
	credential: ICredentialDataDecryptedObject = {},
): Promise<ResourceMapperFields> =>
	await witnessed(
		methods.resourceMapping.getAppInputs.call(editorOf(local, parameters, credential)),
	);

/** The Test button of the credential. */
export const testCredential = async (
	local: LocalMagnific,
	credential: ICredentialDataDecryptedObject = {},
): Promise<INodeCredentialTestResult> =>
	await witnessed(
		methods.credentialTest.magnificApiTest.call(
			new CredentialTestContext(additionalDataFor(local.credential)),
			{
				id: 'credential',
				name: 'Magnific account',
				type: 'magnificApi',
				data: { ...local.credential, ...credential },
			},
		),
	);
