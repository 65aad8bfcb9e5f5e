import { Credentials } from 'n8n-core';
import {
	ICredentialsHelper,
	type ICredentialDataDecryptedObject,
	type ICredentials,
	type IHttpRequestOptions,
	type INodeCredentialsDetails,
	type INodeProperties,
	type IRequestOptionsSimplified,
} from 'n8n-workflow';
import { MagnificApi } from '../../../credentials/MagnificApi.credentials';

const type = new MagnificApi();

const isPlain = (value: unknown): value is string | number | boolean =>
	['string', 'number', 'boolean'].includes(typeof value);

/** The node's view of n8n's credential store: a single Magnific credential, not encrypted. */
export class OneCredential extends ICredentialsHelper {
	constructor(private readonly data: ICredentialDataDecryptedObject) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	/** As n8n does it where the credential brings a function. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		requestOptions: IHttpRequestOptions | IRequestOptionsSimplified,
	): Promise<IHttpRequestOptions> {
		if (!('url' in requestOptions)) throw new Error('A request of a node was expected');
		return await type.authenticate(credentials, requestOptions);
	}

	async preAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	async runPreAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	async getCredentials(details: INodeCredentialsDetails, name: string): Promise<ICredentials> {
		return Promise.resolve(new Credentials(details, name));
	}

	/** As n8n does it for an item, where a field is an expression. */
	async getDecrypted(
		...[, , , mode, executeData, , item]: Parameters<ICredentialsHelper['getDecrypted']>
	): Promise<ICredentialDataDecryptedObject> {
		const resolved = Object.entries(this.data).map(([name, value]) => {
			const given =
				item && typeof value === 'string' && value.startsWith('=')
					? item.workflow.expression.getParameterValue(
							value,
							item.runExecutionData,
							item.runIndex,
							item.itemIndex,
							item.node.name,
							item.connectionInputData,
							mode,
							{},
							executeData,
						)
					: value;
			return [name, isPlain(given) ? given : ''] as const;
		});
		return Promise.resolve(Object.fromEntries(resolved));
	}

	async updateCredentials(): Promise<void> {
		return Promise.reject(new Error('The node must not change its credential'));
	}

	async updateCredentialsOauthTokenData(): Promise<void> {
		return Promise.reject(new Error('The node must not change its credential'));
	}

	getCredentialsProperties(): INodeProperties[] {
		return type.properties;
	}
}
