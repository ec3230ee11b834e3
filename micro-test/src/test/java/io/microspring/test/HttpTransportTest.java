package io.microspring.test;

import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;

class HttpTransportTest extends TransportContract {

	@Override
	protected Transport open() {
		return Transport.http();
	}

	@Override
	protected int limit() {
		return HttpOptions.defaults().maxMessageSize();
	}

}
