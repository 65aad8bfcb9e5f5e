type Signature = typeof import('../../../nodes/Magnific/callbacks/signature');

const actual = jest.requireActual<Signature>('../../../nodes/Magnific/callbacks/signature');

export const { FRESH_FOR_S, signatureOf } = actual;

/**
 * The local Magnific signs its callbacks in real time, whatever the node's clock says. Stands in
 * for `callbacks/signature` by `jest.mock`.
 */
export const checkSignature: Signature['checkSignature'] = (secret, headers, body) =>
	actual.checkSignature(secret, headers, body, Date.now());
