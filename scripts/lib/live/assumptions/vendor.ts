import { vendorContracts } from '../../api/vendor';
import {
	differs,
	holds,
	inWords,
	isAnswered,
	operationOf,
	unseen,
	violationsIn,
	type Answered,
	type Area,
} from '../assumption';
import type { Contract } from '../../api/contract';
import type { Exchange } from '../exchange';

const describedIn = (contract: Contract, exchanges: Exchange[]): Answered[] =>
	exchanges
		.filter(isAnswered)
		.filter((one) =>
			contract.described.some(
				([operation, status]) => operation === operationOf(one) && status === one.answer.status,
			),
		);

export const VENDOR: Area = {
	title: 'The vendor’s own description',
	assumptions: [
		{
			id: 'vendor.openapi',
			says: 'Answers are as the vendor’s OpenAPI has them, but for what is known to differ',
			check: (exchanges) => {
				const contracts = vendorContracts();
				if (contracts.length === 0) return unseen('the description is not at hand here');
				const seen = contracts.map((contract) => ({
					contract,
					described: describedIn(contract, exchanges),
				}));
				const count = seen.flatMap(({ described }) => described).length;
				if (count === 0) return unseen('no answer came that it describes');
				const wrong = seen.flatMap(({ contract, described }) =>
					described.flatMap((one) => violationsIn(one, contract)),
				);
				return wrong.length === 0
					? holds(`all of ${String(count)} answers`)
					: differs(inWords(wrong));
			},
		},
	],
};
